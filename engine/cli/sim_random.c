/* Numbers from the seed: libsodium's deterministic generator, a block at a time. The simulation
 * draws from nothing else, so a seed is a whole history.
 */
#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "cli/sim.h"

void rd_sim_random_init(struct rd_sim_random *random, uint64_t seed)
{
    *random = (struct rd_sim_random){ .seed = seed, .used = sizeof random->bytes };
}

static uint64_t random_word(struct rd_sim_random *random)
{
    uint64_t word;
    if (random->used + sizeof word > sizeof random->bytes) {
        unsigned char key[randombytes_SEEDBYTES] = { 0 };
        memcpy(key, &random->seed, sizeof random->seed);
        memcpy(key + sizeof random->seed, &random->block, sizeof random->block);
        randombytes_buf_deterministic(random->bytes, sizeof random->bytes, key);
        random->block++;
        random->used = 0;
    }
    memcpy(&word, random->bytes + random->used, sizeof word);
    random->used += sizeof word;
    return word;
}

uint64_t rd_sim_draw(struct rd_sim_random *random, uint64_t below)
{
    RD_ASSERT(below > 0);
    uint64_t word, reject = (UINT64_MAX - below + 1) % below;
    do /* words of the incomplete last run would favour small numbers */
        word = random_word(random);
    while (word > UINT64_MAX - reject);
    return word % below;
}

bool rd_sim_chance(struct rd_sim_random *random, unsigned per_mille)
{
    return rd_sim_draw(random, 1000) < per_mille;
}
