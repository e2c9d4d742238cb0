package org.kvm4j.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.testkit.RequiresKvm;

/** Accesses of a real guest to ports and memory. */
@RequiresKvm
final class AccessIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();

  private final RecordingPort port = new RecordingPort();

  @Test
  void hello() {
    try (Guest guest = Guest.bare()) {
      guest.pio.register(0x3f8, 8, port);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              be 0f 80 ;       mov $msg,%si
              ac       ; next: lods %ds:(%si),%al
              84 c0    ;       test %al,%al
              74 06    ;       je done
              ba f8 03 ;       mov $0x3f8,%dx
              ee       ;       out %al,(%dx)
              eb f5    ;       jmp next
              f4       ; done: hlt
              68 69 00 ; msg:  .asciz "hi"
              """);

      assertEquals(HALT, cpu.run());
      assertEquals("hi", port.text());
    }
  }

  @Test
  void portAccesses_ofAllSizes() {
    try (Guest guest = Guest.bare()) {
      guest.pio.register(0x100, 4, port.answering(0xa1, 0xb2b1, 0xd4d3d2d1L));
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              ba 00 01    ; mov $0x100,%dx
              ec          ; in (%dx),%al
              a2 00 05    ; mov %al,0x500
              ed          ; in (%dx),%ax
              a3 02 05    ; mov %ax,0x502
              66 ed       ; in (%dx),%eax
              66 a3 04 05 ; mov %eax,0x504
              ee          ; out %al,(%dx)
              ef          ; out %ax,(%dx)
              66 ef       ; out %eax,(%dx)
              f4          ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(0xd4d3_d2d1_b2b1_00a1L, guest.vm.memory().readLong(Guest.DATA));
      assertEquals(List.of("1 bytes 0xd1", "2 bytes 0xd2d1", "4 bytes 0xd4d3d2d1"), port.writes);
    }
  }

  @Test
  void repOutsb_writesTheBytesInOrder() {
    try (Guest guest = Guest.bare()) {
      guest.pio.register(0x1f0, 1, port);
      guest.vm.memory().write(Guest.DATA, new byte[] {'h', 'e', 'l', 'l', 'o'});
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              fc       ; cld
              be 00 05 ; mov $0x500,%si
              ba f0 01 ; mov $0x1f0,%dx
              b9 05 00 ; mov $5,%cx
              f3 6e    ; rep outsb %ds:(%si),(%dx)
              f4       ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals("hello", port.text());
      assertEquals(0x505, cpu.registers().rsi() & 0xffff);
      assertEquals(0, cpu.registers().rcx() & 0xffff);
    }
  }

  @Test
  void repIns_readsBytesAndWordsInOrder() {
    try (Guest guest = Guest.bare()) {
      guest.pio.register(0x1f0, 2, port.answering("hello").answering(0x2211, 0x4433, 0x6655));
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              fc       ; cld
              bf 00 05 ; mov $0x500,%di
              ba f0 01 ; mov $0x1f0,%dx
              b9 05 00 ; mov $5,%cx
              f3 6c    ; rep insb (%dx),%es:(%di)
              b9 03 00 ; mov $3,%cx
              f3 6d    ; rep insw (%dx),%es:(%di)
              f4       ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals("hello", new String(guest.vm.memory().read(Guest.DATA, 5), US_ASCII));
      assertEquals(0x4433_2211, guest.vm.memory().readInt(Guest.DATA + 5));
      assertEquals(0x6655, guest.vm.memory().readShort(Guest.DATA + 9));
      assertEquals(0x50b, cpu.registers().rdi() & 0xffff);
    }
  }

  @Test
  void memoryAccesses_ofOneToFourBytes() {
    try (Guest guest = Guest.bare()) {
      port.answering(0xa1, 0xb2b1, 0xd4d3d2d1L);
      guest.mmio.register(0xd000_0000L, 0x1000, port.inMemory());
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0       ; mov $0xd0000000,%ebx
              c6 03 11             ; movb $0x11,(%ebx)
              66 c7 03 11 22       ; movw $0x2211,(%ebx)
              c7 03 11 22 33 44    ; movl $0x44332211,(%ebx)
              8a 03                ; mov (%ebx),%al
              a2 00 05 00 00       ; mov %al,0x500
              66 8b 03             ; mov (%ebx),%ax
              66 a3 02 05 00 00    ; mov %ax,0x502
              8b 03                ; mov (%ebx),%eax
              a3 04 05 00 00       ; mov %eax,0x504
              f4                   ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(List.of("1 bytes 0x11", "2 bytes 0x2211", "4 bytes 0x44332211"), port.writes);
      assertEquals(0xd4d3_d2d1_b2b1_00a1L, guest.vm.memory().readLong(Guest.DATA));
    }
  }

  @Test
  void memoryAccesses_ofEightBytes() {
    try (Guest guest = Guest.bare()) {
      port.answering(0xfedc_ba98_7654_3210L);
      guest.mmio.register(0xd000_0000L, 0x1000, port.inMemory());
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              bb 00 00 00 d0                ; mov $0xd0000000,%ebx
              48 b8 11 22 33 44 55 66 77 88 ; movabs $0x8877665544332211,%rax
              48 89 03                      ; mov %rax,(%rbx)
              48 8b 0b                      ; mov (%rbx),%rcx
              f4                            ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(List.of("8 bytes 0x8877665544332211"), port.writes);
      assertEquals(0xfedc_ba98_7654_3210L, cpu.registers().rcx());
    }
  }

  @Test
  void anAccessAcrossAPage_reachesEveryByteOnce() {
    try (Guest guest = Guest.bare()) {
      byte[] registers = new byte[0x2000];
      guest.mmio.register(0xd000_0000L, registers.length, new Bytes(registers));
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              bb fd 0f 00 d0                ; mov $0xd0000ffd,%ebx
              48 b8 11 22 33 44 55 66 77 88 ; movabs $0x8877665544332211,%rax
              48 89 03                      ; mov %rax,(%rbx)
              48 8b 0b                      ; mov (%rbx),%rcx
              f4                            ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(0x8877_6655_4433_2211L, cpu.registers().rcx());
      assertEquals(0x11, registers[0xffd]);
      assertEquals(0x33, registers[0xfff]);
      assertEquals(0x44, registers[0x1000]);
      assertEquals((byte) 0x88, registers[0x1004]);
    }
  }

  @Test
  void unclaimedPorts_readAllOnes_andAreCounted() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              ba 80 00 ; mov $0x80,%dx
              66 ed    ; in (%dx),%eax
              f4       ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(0xffff_ffffL, cpu.registers().rax());
      assertEquals(
          Map.of(0x80L, 1L, 0x81L, 1L, 0x82L, 1L, 0x83L, 1L), guest.pio.unclaimed().byAddress());
    }
  }

  @Test
  void unclaimedMemory_readsAllOnes_evenAfterAWrite() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              bb 00 00 00 d0 ; mov $0xd0000000,%ebx
              48 89 03       ; mov %rax,(%rbx)
              48 8b 0b       ; mov (%rbx),%rcx
              f4             ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertEquals(-1, cpu.registers().rcx());
    }
  }

  @Test
  void codeOutsideRam_endsInAnExit_notInAHang() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              b8 00 00 00 d0 ; mov $0xd0000000,%eax
              ff e0          ; jmp *%eax
              """);

      assertInstanceOf(VcpuExit.InternalError.class, cpu.run());
    }
  }

  @Test
  void aTripleFault_isAShutdown() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              0f 01 1d 00 05 00 00 ; lidt 0x500: zeros there, so an empty table
              31 c0                ; xor %eax,%eax
              f7 f0                ; div %eax
              """);

      assertEquals(new VcpuExit.Shutdown(), cpu.run());
    }
  }

  /** A page or two of registers that hold what is written. */
  private static final class Bytes implements MmioHandler {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long read(long offset, int size) {
      return bytes[(int) offset];
    }

    @Override
    public void write(long offset, int size, long value) {
      bytes[(int) offset] = (byte) value;
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }
}
