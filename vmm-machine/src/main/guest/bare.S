# The guest of `kvm4j demo bare`: greets, counts twenty timer ticks, switches the machine off.
#
# It needs no kernel, no firmware and no download, and uses plain instructions only, so it runs on
# every KVM. It is entered at 1 MiB in 64-bit mode with interrupts off, a small stack and the first
# 4 GiB mapped at their own addresses; code is selector 0x10.
#
# Its bytes are in src/main/resources/org/kvm4j/machine/probe/bare.bin. After a change:
#   as --64 -o bare.o bare.S && ld -Ttext=0x100000 --oformat=binary -o bare.bin bare.o

        .intel_syntax noprefix
        .code64

        .set    LOAD_ADDRESS, 0x100000
        .set    CODE_SELECTOR, 0x10

        # 16550, COM1
        .set    UART, 0x3f8             # THR; with DLAB the divisor's low byte
        .set    UART_IER, UART + 1      # with DLAB the divisor's high byte
        .set    UART_FCR, UART + 2
        .set    UART_LCR, UART + 3
        .set    UART_MCR, UART + 4
        .set    UART_LSR, UART + 5
        .set    LCR_8N1, 0x03
        .set    LCR_DLAB, 0x80
        .set    FCR_ENABLE_AND_CLEAR, 0x07
        .set    MCR_DTR_RTS, 0x03
        .set    LSR_THRE, 0x20
        .set    DIVISOR_115200, 1

        # 8259A pair
        .set    PIC1_COMMAND, 0x20
        .set    PIC1_DATA, 0x21
        .set    PIC2_COMMAND, 0xa0
        .set    PIC2_DATA, 0xa1
        .set    ICW1_INIT_ICW4, 0x11
        .set    ICW4_8086, 0x01
        .set    OCW2_EOI, 0x20
        .set    CASCADE_IRQ, 2
        .set    FIRST_VECTOR, 0x20      # of IRQ 0; those of exceptions end at 0x1f

        # i8254
        .set    PIT_CHANNEL_0, 0x40
        .set    PIT_CONTROL, 0x43
        .set    PIT_MODE_2, 0x34        # channel 0, low byte then high byte, rate generator
        .set    PIT_DIVISOR, 11932      # of 1193182 Hz: 100 Hz

        # ACPI PM1a control block
        .set    PM1A_CNT, 0x604
        .set    SLP_TYP_S5, 5 << 10
        .set    SLP_EN, 1 << 13

        .set    TICKS, 20

        .globl  _start
        .text
_start:
        call    set_up_uart
        lea     rsi, greeting[rip]
        call    print

        call    set_up_pic
        lidt    idtr[rip]
        call    set_up_pit

        xor     ebx, ebx                # ticks that have been printed
next_tick:
        cli
        cmp     ticks[rip], ebx
        jne     print_tick
        sti                             # takes effect after hlt: no tick can slip in between
        hlt
        jmp     next_tick
print_tick:
        sti
        inc     ebx
        mov     eax, ebx
        call    print_number
        cmp     ebx, TICKS
        jb      next_tick

        cli
        lea     rsi, result[rip]
        call    print
        mov     dx, PM1A_CNT
        mov     ax, SLP_TYP_S5 | SLP_EN
        out     dx, ax
stay:                                   # the machine ends during the access above
        hlt
        jmp     stay

set_up_uart:
        mov     dx, UART_LCR
        mov     al, LCR_DLAB
        out     dx, al
        mov     dx, UART
        mov     al, DIVISOR_115200
        out     dx, al
        mov     dx, UART_IER
        xor     eax, eax
        out     dx, al
        mov     dx, UART_LCR
        mov     al, LCR_8N1
        out     dx, al
        mov     dx, UART_FCR
        mov     al, FCR_ENABLE_AND_CLEAR
        out     dx, al
        mov     dx, UART_MCR
        mov     al, MCR_DTR_RTS
        out     dx, al
        ret

# Moves IRQ 0 to 15 to vectors 0x20 to 0x2f and lets IRQ 0 alone through.
set_up_pic:
        mov     al, ICW1_INIT_ICW4
        out     PIC1_COMMAND, al
        out     PIC2_COMMAND, al
        mov     al, FIRST_VECTOR        # ICW2
        out     PIC1_DATA, al
        mov     al, FIRST_VECTOR + 8
        out     PIC2_DATA, al
        mov     al, 1 << CASCADE_IRQ    # ICW3
        out     PIC1_DATA, al
        mov     al, CASCADE_IRQ
        out     PIC2_DATA, al
        mov     al, ICW4_8086
        out     PIC1_DATA, al
        out     PIC2_DATA, al
        mov     al, 0xfe                # OCW1: all masked but IRQ 0
        out     PIC1_DATA, al
        mov     al, 0xff
        out     PIC2_DATA, al
        ret

set_up_pit:
        mov     al, PIT_MODE_2
        out     PIT_CONTROL, al
        mov     al, PIT_DIVISOR & 0xff
        out     PIT_CHANNEL_0, al
        mov     al, PIT_DIVISOR >> 8
        out     PIT_CHANNEL_0, al
        ret

# Interrupt 0x20. One per tick.
on_tick:
        push    rax
        inc     dword ptr ticks[rip]
        mov     al, OCW2_EOI
        out     PIC1_COMMAND, al
        pop     rax
        iretq

# Prints the text at RSI up to its NUL. Changes RAX, RDX, RSI.
print:
        movzx   eax, byte ptr [rsi]
        test    eax, eax
        jz      printed
        inc     rsi
        call    print_char
        jmp     print
printed:
        ret

# Prints a space and EAX, 0 to 99, in decimal. Changes RAX, RCX, RDX.
print_number:
        xor     edx, edx
        mov     ecx, 10
        div     ecx                     # EAX: tens, EDX: units
        mov     ecx, edx
        push    rax
        mov     al, ' '
        call    print_char
        pop     rax
        test    eax, eax
        jz      units
        add     al, '0'
        call    print_char
units:
        mov     eax, ecx
        add     al, '0'
        # falls through

# Prints AL once the UART can take it. Changes RAX, RDX.
print_char:
        mov     ah, al
        mov     dx, UART_LSR
wait_for_thre:
        in      al, dx
        test    al, LSR_THRE
        jz      wait_for_thre
        mov     al, ah
        mov     dx, UART
        out     dx, al
        ret

greeting:
        .ascii  "Hello from a 64-bit guest: no kernel, no firmware.\r\n"
        .asciz  "Its timer is a Java i8254, its console a Java 16550. Ticks:"
result:
        .asciz  "\r\n20 ticks at 100 Hz. Switching off by ACPI.\r\n"

        .balign 8
ticks:
        .long   0

        .balign 8
idtr:
        .word   idt_end - idt - 1
        .quad   LOAD_ADDRESS + (idt - _start)

# One gate: an interrupt gate for the tick. Any exception ends in a triple fault, which the machine
# reports with all registers.
        .set    HANDLER, LOAD_ADDRESS + (on_tick - _start)
        .set    INTERRUPT_GATE_PRESENT, 0x8e00
        .balign 16
idt:
        .skip   FIRST_VECTOR * 16
        .word   HANDLER & 0xffff
        .word   CODE_SELECTOR
        .word   INTERRUPT_GATE_PRESENT  # no interrupt stack table
        .word   HANDLER >> 16 & 0xffff
        .long   0                       # the handler is below 4 GiB
        .long   0
idt_end:
