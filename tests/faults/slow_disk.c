// A disk that hangs: put in front of libc with LD_PRELOAD, no sync returns while the file that SLOW_DISK names is there.
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void hang(void)
{
    const char* file = getenv("SLOW_DISK");
    while (file != NULL && access(file, F_OK) == 0)
        usleep(5000);
}

int fdatasync(int fd)
{
    hang();
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    hang();
    return (int)syscall(SYS_fsync, fd);
}
