/* What the files of the book of staff share: staff.c (reading it, following the journal) and
 * staff_look.c (looking up). Nobody else includes it. */
#ifndef RD_KERNEL_STAFF_INSIDE_H
#define RD_KERNEL_STAFF_INSIDE_H

#include "kernel/staff.h"

enum staff_chain {
    CHAIN_NAME,
    CHAIN_RECORD,
    CHAIN_PERSON,
    CHAIN_PRESENT, /* from here on: only who has not left */
    CHAIN_UNIT = CHAIN_PRESENT,
    CHAIN_GROUP,
    CHAIN_DEPUTY,
    CHAINS
};

struct staff_entry {
    struct rd_account account;
    struct staff_entry *next[CHAINS];
    struct staff_entry *dropped;
    char texts[];
};

struct staff_role {
    struct staff_entry **at;
    size_t count, cap;
};

struct rd_staff_book {
    uint16_t type; /* number of the staff type; 0: none */
    struct staff_entry **buckets[CHAINS];
    size_t bucket_count, count; /* buckets: a power of two */
    struct staff_role roles[RD_ROLES_MAX];
    struct staff_entry *dropped;
    struct rd_arena arena;
};

static inline uint64_t staff_mix(uint64_t n)
{
    n *= 0x9e3779b97f4a7c15ull;
    return n ^ n >> 32;
}

static inline struct staff_entry **staff_bucket(const struct rd_staff_book *book,
                                                enum staff_chain chain, uint64_t hash)
{
    return &book->buckets[chain][hash & (book->bucket_count - 1)];
}

#endif
