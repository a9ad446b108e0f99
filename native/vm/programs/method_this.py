class O:
    def __init__(self): self.count = 0; self.calls = 0
    def add(self, n): self.count += n; self.calls += 1
    def get(self): return self.count - self.calls
def main():
    o = O(); total = 0
    for i in range(100000): o.add(i % 5); g = o.get(); total += g % 3 if g >= 0 else -(-g % 3)
    return total
