/* Reading the corpus of hostile policies. A file that does not say what it must lead to is a
 * mistake of ours, so everything here ends the process where it meets one. */
#include "common/corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void corpus_fail(const char *name, const char *why)
{
    fprintf(stderr, "%s/%s: %s\n", CORPUS_DIR, name, why);
    exit(1);
}

static char *corpus_text(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", CORPUS_DIR, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        corpus_fail(name, "cannot be read");
    char *text = calloc(1, 128 * 1024);
    if (!text || fread(text, 1, 128 * 1024 - 1, file) == 0)
        corpus_fail(name, "is empty");
    fclose(file);
    return text;
}

/* Takes the line "-- WORD: value" off the text. */
static char *corpus_line(const char *name, char *text, const char *word, char *out, size_t size)
{
    char start[32];
    snprintf(start, sizeof(start), "-- %s: ", word);
    char *end = strchr(text, '\n');
    if (!end || strncmp(text, start, strlen(start)) != 0)
        corpus_fail(name, "has no header of source, place and outcome");
    snprintf(out, size, "%.*s", (int)(end - text - (ptrdiff_t)strlen(start)), text + strlen(start));
    return end + 1;
}

static void corpus_take(struct attack_file *attack, const char *file)
{
    char *whole = corpus_text(file), *text = whole;
    snprintf(attack->name, sizeof(attack->name), "%.*s", (int)(strlen(file) - 4), file);
    text = corpus_line(file, text, "source", attack->source, sizeof(attack->source));
    text = corpus_line(file, text, "place", attack->place, sizeof(attack->place));
    text = corpus_line(file, text, "outcome", attack->outcome, sizeof(attack->outcome));
    char *cut = strcmp(attack->place, "function") == 0 ? strstr(text, "--\n") : NULL;
    if (strcmp(attack->place, "function") == 0 && !cut)
        corpus_fail(file, "has no line -- between its locals and its body");
    if (cut)
        *cut = '\0';
    attack->before = strdup(cut ? text : "");
    attack->text = strdup(cut ? cut + 3 : text);
    free(whole);
    if (!attack->before || !attack->text)
        corpus_fail(file, "no memory");
}

static int corpus_order(const void *a, const void *b)
{
    return strcmp(((const struct attack_file *)a)->name, ((const struct attack_file *)b)->name);
}

size_t corpus_read(struct attack_file attacks[CORPUS_MAX])
{
    size_t count = 0;
    DIR *dir = opendir(CORPUS_DIR);
    if (!dir)
        corpus_fail("", "cannot be read");
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len < 5 || strcmp(entry->d_name + len - 4, ".lua") != 0)
            continue;
        if (count == CORPUS_MAX)
            corpus_fail(entry->d_name, "is one too many");
        corpus_take(&attacks[count++], entry->d_name);
    }
    closedir(dir);
    qsort(attacks, count, sizeof(*attacks), corpus_order);
    return count;
}

void corpus_free(struct attack_file *attacks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(attacks[i].before);
        free(attacks[i].text);
    }
}

bool corpus_is_body(const struct attack_file *attack)
{
    return strcmp(attack->place, "guard") == 0 || strcmp(attack->place, "action") == 0;
}
