/* The short run of a target: every file of its corpus as it is, and damaged copies of each from a
 * fixed seed (bytes flipped, cut out, doubled, two files joined). The first argument is the
 * corpus' folder, the second how many damaged copies of each file are tried.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define FILES_MAX 4096
#define BYTES_MAX (256u * 1024)

static struct input {
    uint8_t *bytes;
    size_t len;
} inputs[FILES_MAX];
static size_t input_count;
static uint64_t seed = 0x9e3779b97f4a7c15ull;

static size_t pick(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return n ? (size_t)((seed >> 16) % n) : 0;
}

static void input_read(const char *dir, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    struct input *input = &inputs[input_count];
    RD_ASSERT(file != NULL && input_count < FILES_MAX);
    input->bytes = malloc(BYTES_MAX);
    RD_ASSERT(input->bytes != NULL);
    input->len = fread(input->bytes, 1, BYTES_MAX, file);
    fclose(file);
    input_count++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void inputs_read(const char *dir)
{
    struct dirent **names;
    int count = scandir(dir, &names, NULL, by_name);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.')
            input_read(dir, names[i]->d_name);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

/* A damaged copy into `out` (twice BYTES_MAX of room); its length. */
static size_t damage(const struct input *input, uint8_t *out)
{
    size_t len = input->len;
    memcpy(out, input->bytes, len);
    for (size_t times = 1 + pick(6); times > 0; times--) {
        size_t at = pick(len), some = pick(len - at) % 64;
        switch (pick(6)) {
        case 0:
            len = at;
            break;
        case 1:
            memmove(out + at, out + at + some, len - at - some);
            len -= some;
            break;
        case 2:
            if (len + some <= BYTES_MAX) {
                memmove(out + at + some, out + at, len - at);
                len += some;
            }
            break;
        case 3: {
            const struct input *other = &inputs[pick(input_count)];
            size_t from = pick(other->len), take = pick(other->len - from);
            if (at + take <= BYTES_MAX) {
                memcpy(out + at, other->bytes + from, take);
                len = at + take > len ? at + take : len;
            }
            break;
        }
        default:
            if (len > 0)
                out[at] = (uint8_t)(pick(2) ? out[at] ^ (1u << pick(8)) : pick(256));
        }
    }
    return len;
}

/* In memory of just its size, so that a sanitizer sees who reads beyond it. */
static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    RD_ASSERT(exact != NULL);
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

int main(int argc, char **argv)
{
    RD_ASSERT(argc == 3);
    long copies = strtol(argv[2], NULL, 10), runs = 0;
    uint8_t *out = malloc(2 * BYTES_MAX);
    RD_ASSERT(out != NULL);
    inputs_read(argv[1]);
    if (input_count == 0) {
        fprintf(stderr, "there is no corpus in %s\n", argv[1]);
        return 1;
    }
    run((const uint8_t *)"", 0);
    for (size_t i = 0; i < input_count; i++) {
        run(inputs[i].bytes, inputs[i].len);
        for (long copy = 0; copy < copies; copy++, runs++)
            run(out, damage(&inputs[i], out));
    }
    printf("%zu files, %ld damaged copies\n", input_count, runs);
    for (size_t i = 0; i < input_count; i++)
        free(inputs[i].bytes);
    free(out);
    return 0;
}
