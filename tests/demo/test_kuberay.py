"""The file for Kubernetes: pods by Kubernetes' own schema, the rest by what KubeRay's reference allows."""

from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import ray
import yaml

FILE = Path(__file__).parents[2] / "demo" / "kuberay.yaml"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
COUNT = {"type": "integer", "minimum": 0}
HEAD = {"rayStartParams": TEXTS, "template": {"type": "object"}}
WORKERS = HEAD | {"groupName": {"type": "string"}} | dict.fromkeys(("replicas", "minReplicas", "maxReplicas"), COUNT)


def closed(fields):
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


# https://ray-project.github.io/kuberay/reference/api: RayCluster, v1
CLUSTER = closed(
    {
        "apiVersion": {"const": "ray.io/v1"},
        "kind": {"const": "RayCluster"},
        "metadata": closed({"name": {"type": "string", "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"}}),
        "spec": closed(
            {
                "rayVersion": {"type": "string"},
                "headGroupSpec": closed(HEAD),
                "workerGroupSpecs": {"type": "array", "minItems": 1, "items": closed(WORKERS)},
            }
        ),
    }
)


@pytest.fixture(scope="module")
def cluster():
    return yaml.safe_load(FILE.read_text())


def test_it_is_a_ray_cluster(cluster):
    jsonschema.validate(cluster, CLUSTER)


def test_its_pods_are_pods(cluster):
    spec = cluster["spec"]
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, **group["template"]}
        kubernetes_validate.validate(pod, "1.31", strict=True)


def test_its_ray_is_the_one_that_is_tested(cluster):
    assert cluster["spec"]["rayVersion"] == ray.__version__
