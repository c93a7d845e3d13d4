/* Options and operands of one command, read by tables of what it takes. */
#ifndef RD_CLI_ARGS_H
#define RD_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum rd_option_kind {
    RD_OPTION_FLAG,   /* --all */
    RD_OPTION_TEXT,   /* --data DIR */
    RD_OPTION_NUMBER, /* --limit 50: whole, not negative */
    RD_OPTION_LIST,   /* --listen A --listen B: may be given again */
    RD_OPTION_CHOICE, /* -o table|json: `value` holds the words */
};

/* One row of a table; tables are ended by a row without a name. */
struct rd_option {
    const char *name; /* without the dashes */
    char letter;      /* 'o' for -o; 0: none */
    enum rd_option_kind kind;
    const char
        *value; /* the word for its value in the help ("DIR"), or the choices ("table|json") */
    const char
        *env; /* the environment variable that is read where the option is not given; or NULL */
    const char *otherwise; /* the default, as text; or NULL */
    const char *text;      /* what it is for, in a few words */
};

#define RD_ARGS_TABLES_MAX 4
#define RD_ARGS_VALUES_MAX 128
#define RD_ARGS_OPERANDS_MAX 128

struct rd_arg {
    const struct rd_option *option;
    const char *text;
};

/* What was read; borrows argv and the tables. */
struct rd_args {
    const struct rd_option *tables[RD_ARGS_TABLES_MAX];
    size_t table_count;
    struct rd_arg values[RD_ARGS_VALUES_MAX];
    size_t value_count;
    const char *operands[RD_ARGS_OPERANDS_MAX];
    size_t operand_count;
    bool help; /* --help or -h was among them */
};

/* Reads `argc` words (without the program's and the command's names). RD_USAGE: an unknown option
 * (with the nearest guess), a missing or unfit value, one given twice, or too many words. */
enum rd_status rd_args_read(struct rd_args *args, const struct rd_option *const *tables,
                            size_t table_count, int argc, char *const *argv,
                            struct rd_error *error) RD_MUST_CHECK;

/* Asking for an option that is in none of the tables is a bug. */
bool rd_args_flag(const struct rd_args *args, const char *name);
/* Given, else the environment's, else the default, else NULL. Borrowed. */
const char *rd_args_text(const struct rd_args *args, const char *name);
/* The same as a number; `otherwise` where there is none. */
int64_t rd_args_number(const struct rd_args *args, const char *name, int64_t otherwise);
/* The values of a list option in the order given (the environment's or the default where none is);
 * at most `max`. */
size_t rd_args_list(const struct rd_args *args, const char *name, const char **out, size_t max);
/* Whether it was written on the command line itself. */
bool rd_args_given(const struct rd_args *args, const char *name);
/* The operand at `index`, or NULL. */
const char *rd_args_operand(const struct rd_args *args, size_t index);

#endif
