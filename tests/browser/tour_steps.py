"""What a visitor does in every tab, and how the page is looked at on the way."""

import watchful

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
PAUSE = 350  # ms until a page of another size has settled


class Visitor:
    """A page in a window of a size, and where its screenshots go."""

    def __init__(self, page, size, name, screenshot):
        self.page, self.size, self.name, self.screenshot = page, size, name, screenshot

    def tab(self, name):
        """Opens a tab by a click."""
        tab = self.page.get_by_role("tab", name=name)
        tab.click()
        self.page.wait_for_selector(f"button[role=tab][aria-selected=true]:has-text('{name}')")

    def looks(self, what, picture=True):
        """Nothing looks wrong in the visitor's window."""
        if picture:
            self.page.wait_for_timeout(PAUSE)
            self.screenshot(self.page, f"tour-{what}-{self.name}", full_page=True)
        self._assert_right(what)

    def looks_in_both_sizes(self, what):
        """Nothing looks wrong in the visitor's window, nor in the other one."""
        self.looks(what)
        other = next(size for size in SIZES if size != self.size)
        self.page.set_viewport_size(dict(zip(("width", "height"), SIZES[other])))
        self.page.wait_for_timeout(PAUSE)
        self.screenshot(self.page, f"tour-{what}-{self.name}-as-{other}", full_page=True)
        self._assert_right(f"{what}, {other}")
        self.page.set_viewport_size(dict(zip(("width", "height"), SIZES[self.size])))

    def _assert_right(self, what):
        found = watchful.faults(self.page)
        assert not found, f"{what}: {found}"

    def unfold(self):
        """Opens every accordion in sight."""
        for button in self.page.locator("button.label-wrap:visible").all():
            if "open" not in button.get_attribute("class"):
                button.click()

    def upload(self, where, *files):
        """Brings files by a click on the field of this id; those that it holds already stay."""
        field = self.page.locator(f"#{where}")
        empty, filled = field.get_by_text("Click to Upload"), field.locator(".icon-button-wrapper button").first
        with self.page.expect_file_chooser() as chooser:
            (filled if field.locator(".file-preview").count() else empty).click()
        chooser.value.set_files([str(file) for file in files])
        for file in files:
            field.locator(f".file-preview [aria-label*='{file.name}']").first.wait_for()

    def cleared(self, where):
        """Empties a field."""
        self.page.locator(f"#{where} .icon-button-wrapper button").last.click()
        self.page.wait_for_selector(f"#{where} .file-preview", state="detached")

    def taken(self, where, folder):
        """Every file that a field offers, by its name, each clicked and written to `folder`."""
        found = {}
        for link in self.page.locator(f"#{where} a[download]").all():
            with self.page.expect_download() as download:
                link.click()
            found[download.value.suggested_filename] = folder / download.value.suggested_filename
            download.value.save_as(folder / download.value.suggested_filename)
        return found
