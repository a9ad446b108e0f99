def main():
    total = 0
    for py in range(60):
        for px in range(60):
            cx = px / 30.0 - 1.5; cy = py / 30.0 - 1.0; x = 0.0; y = 0.0; n = 0
            while n < 50 and x * x + y * y <= 4.0: t = x * x - y * y + cx; y = 2.0 * x * y + cy; x = t; n += 1
            total += n
    return total
