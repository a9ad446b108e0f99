def main():
    i = 0; total = 0
    while i < 1000000: total += i; i += 1
    return total
