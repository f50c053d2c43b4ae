"""A set that remembers in which order things came."""


class IndexedSet:
    def __init__(self, items=()):
        self.items = []
        self.update(items)

    def add(self, item):
        if item not in self.items:
            self.items.append(item)

    def update(self, *others):
        """Adds the items of all others."""
        if len(others) == 1:
            for item in others[0]:
                self.add(item)
        else:
            for other in others:
                self.add(other)

    def index(self, item):
        return self.items.index(item)

    def __len__(self):
        return len(self.items)
