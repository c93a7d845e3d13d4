/* Names by number: two arrays, from a symbol's index to its number and back. They are as long as
 * they can ever become; pages that nobody has written take no memory.
 */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

_Static_assert(RD_SYMBOLS_MAX <= UINT16_MAX / 2, "numbers and indexes fit into 16 bits");

void rd_names_init(struct rd_names *names, struct rd_symbols *symbols)
{
    *names = (struct rd_names){
        .symbols = symbols ? rd_symbols_ref(symbols) : rd_symbols_new(),
        .numbers = calloc(2 * RD_SYMBOLS_MAX, sizeof *names->numbers),
        .texts = calloc(RD_SYMBOLS_MAX + 1, sizeof *names->texts),
        .words = calloc(RD_NAMES_WORDS, sizeof *names->words),
    };
    RD_ASSERT(names->numbers && names->texts && names->words);
}

void rd_names_fini(struct rd_names *names)
{
    free(names->numbers);
    free(names->texts);
    free(names->words);
    rd_symbols_unref(names->symbols);
    *names = (struct rd_names){ 0 };
}

void rd_names_cut(struct rd_names *names, uint32_t count)
{
    for (; names->count > count; names->count--)
        names->numbers[rd_symbol_head(names->texts[names->count])->index] = 0;
}

/* `text` is a symbol without a number. */
static uint32_t names_put(struct rd_names *names, const char *text)
{
    if (names->count == RD_SYMBOLS_MAX)
        return 0;
    names->texts[++names->count] = text;
    names->numbers[rd_symbol_head(text)->index] = (uint16_t)names->count;
    return names->count;
}

const char *rd_names_word_met(const struct rd_names *names, const char *literal,
                              struct rd_name_word *word)
{
    word->symbol = rd_symbol(names->symbols, literal, strlen(literal));
    word->literal = literal;
    return word->symbol;
}

uint32_t rd_names_give(struct rd_names *names, const char *text)
{
    const char *symbol = rd_names_symbol(names, text);
    if (!symbol)
        return 0;
    uint32_t number = names->numbers[rd_symbol_head(symbol)->index];
    return number ? number : names_put(names, symbol);
}

bool rd_names_enter(struct rd_names *names, uint32_t number, const char *text, size_t len)
{
    const char *known = rd_names_text(names, number);
    if (known)
        return rd_symbol_head(known)->len == len && memcmp(known, text, len) == 0;
    if (number != names->count + 1 || len > RD_SYMBOL_BYTES_MAX)
        return false;
    const char *symbol = rd_symbol_kept(names->symbols, text, len);
    return names->numbers[rd_symbol_head(symbol)->index] == 0 && names_put(names, symbol) == number;
}
