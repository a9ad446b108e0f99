from functools import reduce
def main():
    a = list(range(1000)); k = 3; total = 0
    for r in range(80):
        total += reduce(lambda s, x: s + x, filter(lambda x: x % 2 == 0, map(lambda x: x * k + r, a)), 0)
    return total
