/* Names by number: what stored bytes write instead of a symbol's letters.
 *
 * Each store has numbers of its own: a symbol gets the next one when an entry that holds it is
 * packed, that entry says so ("from now on 17 is `verified`"), and from then on it is 17. So a
 * journal can be read from its first entry by anybody, and a rebuild gives the same numbers.
 *
 * What the program itself says ("allowed", "acted") is a name as well: its literals are found by
 * where they lie.
 */
#ifndef RD_BASE_NAMES_H
#define RD_BASE_NAMES_H

#include "base/sealed.h"
#include "base/symbol.h"
#include "base/text.h"

struct rd_names {
    struct rd_symbols *symbols; /* a reference */
    struct rd_sealer sealer;    /* opens what is sealed among the bytes; find NULL: nothing does */
    uint16_t *numbers;          /* by a symbol's index; 0: none yet */
    const char **texts;         /* by number, 1 to count: symbols */
    uint32_t count;
    struct rd_name_word *words; /* literals that were met, and their symbols */
};

/* No numbers yet; `symbols` is borrowed for a reference of its own, NULL: makes a table. */
void rd_names_init(struct rd_names *names, struct rd_symbols *symbols);
void rd_names_fini(struct rd_names *names);
/* Forgets numbers above `count`. */
void rd_names_cut(struct rd_names *names, uint32_t count);

#define RD_NAMES_WORDS 1024u /* a literal has one place there; who comes later takes it over */

struct rd_name_word {
    const char *literal, *symbol; /* symbol NULL: it may not become one */
};

/* The symbol of a literal that is met in this place for the first time. */
const char *rd_names_word_met(const struct rd_names *names, const char *literal,
                              struct rd_name_word *word);

/* The symbol of a literal; NULL where it may not become one. */
static inline const char *rd_names_word(const struct rd_names *names, const char *literal)
{
    uint64_t spread = (uint64_t)(uintptr_t)literal * 0x9E3779B97F4A7C15u;
    struct rd_name_word *word = &names->words[spread >> 32 & (RD_NAMES_WORDS - 1)];
    return word->literal == literal ? word->symbol : rd_names_word_met(names, literal, word);
}

/* The symbol that the text is or, as a literal, stands for; NULL. */
static inline const char *rd_names_symbol(const struct rd_names *names, const char *text)
{
    if (rd_symbol_is(names->symbols, text))
        return text;
    return rd_text_is_literal(text) ? rd_names_word(names, text) : NULL;
}

/* The name's number; 0 where `text` is none or has none. */
static inline uint32_t rd_names_number(const struct rd_names *names, const char *text)
{
    const char *symbol = rd_names_symbol(names, text);
    return symbol ? names->numbers[rd_symbol_head(symbol)->index] : 0;
}

/* The same; a name that has none gets the next. 0 where it is none, or all are given out. */
uint32_t rd_names_give(struct rd_names *names, const char *text);
/* Enters what an entry or the store says. False where the number is neither the next nor this
 * text's already, or the text cannot be a symbol. */
bool rd_names_enter(struct rd_names *names, uint32_t number, const char *text, size_t len);
/* The symbol with this number; NULL where there is none. */
static inline const char *rd_names_text(const struct rd_names *names, uint64_t number)
{
    return number > 0 && number <= names->count ? names->texts[number] : NULL;
}
/* rd_text_hash of the text (`names` may be NULL): a symbol brings its own along. */
static inline uint64_t rd_names_hash(const struct rd_names *names, const char *text, size_t len)
{
    bool known = names && rd_symbol_is(names->symbols, text) && rd_symbol_head(text)->len == len;
    return known ? rd_symbol_head(text)->hash : rd_text_hash(text, len);
}

#endif
