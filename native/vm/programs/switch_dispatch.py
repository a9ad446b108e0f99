def main():
    acc = 0; op = 0
    for i in range(300000):
        op = (op * 7 + i) % 8
        match op:
            case 0: acc += 1
            case 1: acc -= 1
            case 2: acc += 2
            case 3: acc -= 2
            case 4: acc += i % 3
            case 5: acc ^= 1
            case 6: acc |= 4
            case _: acc += 0
    return acc
