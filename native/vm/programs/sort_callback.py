from functools import cmp_to_key
def main():
    seed = 42; a = []; out = 0
    for i in range(4000): seed = (seed * 1103515245 + 12345) % 2147483648; a.append(seed)
    for _ in range(4):
        b = a[:]; b.sort(key=cmp_to_key(lambda x, y: x - y)); out += b[2000]; a.reverse()
    return out
