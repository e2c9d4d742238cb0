package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.testkit.guest.Register.RAX;

import org.kvm4j.testkit.Guest;
import org.kvm4j.testkit.GuestTest;

/** What a processor sees of the chip. */
final class ${className}GuestTest {

  private static final int BASE = 0xd000_0000;
  private static final int SEEN = 0x1000; // in the guest's RAM

  @GuestTest(
      value = ${className}Provider.class,
      options = {"base=0xd0000000", "irq=5"})
  void endOfTheDelay_wakesTheHaltedGuest(Guest guest) {
    guest.run(
        code ->
            code.onInterrupt(
                    5,
                    handler ->
                        handler
                            .load32(RAX, BASE + ${className}.STATUS)
                            .store32(SEEN, RAX)
                            .store32(BASE + ${className}.STATUS, RAX))
                .store32(BASE + ${className}.DELAY, 250)
                .halt());
    assertEquals(0, guest.memory().readInt(SEEN));

    guest.machine().clock().advance(250_000);
    guest.resume();

    assertEquals(${className}.STATUS_DONE, guest.memory().readInt(SEEN));
  }
}
