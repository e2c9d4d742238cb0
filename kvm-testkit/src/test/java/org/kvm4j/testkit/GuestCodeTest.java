package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class GuestCodeTest {

  private final GuestCode code = new GuestCode();

  @Test
  void end_isAHaltForEver() {
    code.finish();

    assertStarts(
        """
        fa             ; end: cli
        e6 f4          ;      out 0xf4, al
        fb             ;      sti
        f4             ;      hlt
        e9 f6 ff ff ff ;      jmp end
        """);
  }

  @Test
  void handler_isEnclosedInWhatAnInterruptNeeds() {
    code.onInterrupt(5, handler -> handler.inc32(0x2000));
    code.finish();

    byte[] bytes = code.assemble(GuestLayout.CODE);
    int start = code.position(GuestCode.interruptLabel(5));
    int end = code.position(GuestCode.exceptionLabel(0));
    String handler = HexFormat.of().formatHex(bytes, start, end);
    assertTrue(handler.startsWith("50" + "51" + "52" + "53" + "55"), handler); // push rax, ...
    assertTrue(handler.contains("ff042500200000"), handler); // inc dword [0x2000]
    assertTrue(handler.contains("67c70425b000e0fe00000000"), handler); // EOI = 0
    assertTrue(handler.endsWith("5d" + "5b" + "5a" + "59" + "58" + "48cf"), handler); // iretq
  }

  @Test
  void secondHandlerOfAnInterrupt_isRefused() {
    code.onInterrupt(5, handler -> {});

    assertThrows(IllegalArgumentException.class, () -> code.onInterrupt(5, handler -> {}));
  }

  @Test
  void interruptThatThereIsNot_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> code.onInterrupt(24, handler -> {}));
  }

  @Test
  void handlerThatInstallsAHandler_isRefused() {
    code.onInterrupt(5, handler -> handler.onInterrupt(6, inner -> {}));

    assertThrows(IllegalStateException.class, code::finish);
  }

  @Test
  void codeThatDoesNotFit_isRefused() {
    FakeGuestMemory memory = new FakeGuestMemory(GuestLayout.RAM_BYTES);
    code.bytes(new int[GuestLayout.CODE_BYTES]).finish();

    assertThrows(IllegalArgumentException.class, () -> GuestLayout.write(code, memory));
  }

  private void assertStarts(String listing) {
    StringBuilder expected = new StringBuilder();
    listing.lines().forEach(line -> expected.append(line, 0, line.indexOf(';')));
    String hex = expected.toString().replace(" ", "");
    assertEquals(
        hex, HexFormat.of().formatHex(code.assemble(GuestLayout.CODE)).substring(0, hex.length()));
  }
}
