def main():
    n = 0
    for i in range(900):
        for j in range(900):
            if (i + j) % 3 == 0: n += 1
    return n
