# Waits until a file of sysfs says that its value has changed, which busybox has no command for.
# Usage: poll FILE    reads FILE, prints "polling", and ends when poll() tells of a change
# Exit code 1: wrong usage, or FILE cannot be read.
# Build: as -o poll.o poll.s && ld -o poll poll.o

        .globl  _start
        .text
_start:
        cmpq    $2, (%rsp)              # argc
        jne     fail
        movl    $2, %eax                # open(argv[1], O_RDONLY)
        movq    16(%rsp), %rdi
        xorl    %esi, %esi
        syscall
        testl   %eax, %eax
        js      fail
        movl    %eax, pollfd(%rip)
        movl    %eax, %edi
        xorl    %eax, %eax              # read(fd, value, 64): changes count from here on
        leaq    value(%rip), %rsi
        movl    $64, %edx
        syscall
        testl   %eax, %eax
        js      fail
        movl    $1, %eax                # write(1, polling, 8)
        movl    $1, %edi
        leaq    polling(%rip), %rsi
        movl    $8, %edx
        syscall
        movl    $7, %eax                # poll(pollfd, 1, -1)
        leaq    pollfd(%rip), %rdi
        movl    $1, %esi
        movl    $-1, %edx
        syscall
        cmpl    $1, %eax
        jne     fail
        xorl    %edi, %edi
        jmp     exit
fail:   movl    $1, %edi
exit:   movl    $60, %eax               # exit(edi)
        syscall

        .section .rodata
polling: .ascii "polling\n"
        .data
pollfd: .long   0
        .short  2                       # POLLPRI; POLLERR comes unasked
        .short  0
        .bss
value:  .skip   64
