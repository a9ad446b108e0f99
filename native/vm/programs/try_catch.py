class E(Exception):
    def __init__(self, v): self.v = v
def check(n):
    if n % 3 == 0: raise E(n)
    return n
def main():
    total = 0
    for i in range(200000):
        try: total += check(i)
        except E as e: total -= e.v
    return total
