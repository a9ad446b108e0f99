def main():
    a = [1] * 1000
    for _ in range(250):
        for i in range(1, 1000): a[i] = (a[i - 1] + a[i]) % 1000
    return a[999]
