# Reads or writes one byte of an x86 I/O port from user space: Debian's kernel has no /dev/port.
# Usage: port PORT          prints the byte at PORT
#        port PORT VALUE    writes the byte VALUE
# All numbers are hexadecimal without 0x. Exit code 1: wrong usage, or not root.
# Build: as -o port.o port.s && ld -o port port.o

        .globl  _start
        .text
_start:
        cmpq    $2, (%rsp)              # argc
        jl      fail
        movl    $172, %eax              # iopl(3): all ports
        movl    $3, %edi
        syscall
        testq   %rax, %rax
        jnz     fail
        movq    16(%rsp), %rsi          # argv[1]
        call    parse
        movl    %eax, %edx
        movq    24(%rsp), %rsi          # argv[2], or null
        testq   %rsi, %rsi
        jz      read
        call    parse
        outb    %al, %dx
        jmp     done

read:   inb     %dx, %al
        leaq    digits(%rip), %rbx
        movzbl  %al, %ecx
        shrl    $4, %ecx
        movb    (%rbx,%rcx), %cl
        movb    %cl, line(%rip)
        movzbl  %al, %ecx
        andl    $15, %ecx
        movb    (%rbx,%rcx), %cl
        movb    %cl, line+1(%rip)
        movl    $1, %eax                # write(1, line, 3)
        movl    $1, %edi
        leaq    line(%rip), %rsi
        movl    $3, %edx
        syscall
done:   xorl    %edi, %edi
        jmp     exit
fail:   movl    $1, %edi
exit:   movl    $60, %eax               # exit(edi)
        syscall

# The hexadecimal number at rsi, up to the NUL, in eax. Changes rcx.
parse:  xorl    %eax, %eax
1:      movzbl  (%rsi), %ecx
        testl   %ecx, %ecx
        jz      3f
        orl     $0x20, %ecx             # lower case; digits stay as they are
        subl    $'0', %ecx
        cmpl    $9, %ecx
        jbe     2f
        subl    $'a'-'0'-10, %ecx
2:      shll    $4, %eax
        addl    %ecx, %eax
        incq    %rsi
        jmp     1b
3:      ret

        .section .rodata
digits: .ascii  "0123456789abcdef"
        .data
line:   .ascii  "..\n"
