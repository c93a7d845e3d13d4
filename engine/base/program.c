/* The running program's build id, read from its own headers in memory: the first object that the
 * dynamic linker tells of is the program itself. And its memory, which holds keys and what was
 * opened with them: a core dump would keep both where no erasure finds them.
 */
#include "base/program.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define ID_BYTES_MAX ((RD_PROGRAM_TEXT - 1) / 2)

static size_t program_aligned(size_t bytes)
{
    return (bytes + 3) & ~(size_t)3;
}

/* Looks through the notes of one segment. */
static bool program_note(const char *at, size_t len, char *out)
{
    ElfW(Nhdr) note;
    while (len >= sizeof(note)) {
        memcpy(&note, at, sizeof(note));
        size_t name = program_aligned(note.n_namesz), bytes = program_aligned(note.n_descsz);
        size_t whole = sizeof(note) + name + bytes;
        if (whole > len)
            return false;
        const char *own = at + sizeof(note);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(own, "GNU", 4) == 0 &&
            note.n_descsz > 0 && note.n_descsz <= ID_BYTES_MAX) {
            for (size_t i = 0; i < note.n_descsz; i++)
                snprintf(out + 2 * i, 3, "%02x", (unsigned char)own[name + i]);
            return true;
        }
        at += whole;
        len -= whole;
    }
    return false;
}

/* 1: found, 2: the program has none; the objects after it are not looked at. */
static int program_object(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE &&
            program_note((const char *)info->dlpi_addr + segment->p_vaddr, segment->p_memsz,
                         context))
            return 1;
    }
    return 2;
}

bool rd_program_id(char out[RD_PROGRAM_TEXT])
{
    out[0] = '\0';
    return dl_iterate_phdr(program_object, out) == 1;
}

/* The limit alone is not enough: where core dumps go to a program, the system does not ask for it.
 */
void rd_program_keep_memory(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}
