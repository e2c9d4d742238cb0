package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A builder with so many fields of one type is soon wrong in one: each is set on its own. */
final class BuildersTest {

  private static final Segment NONE =
      new Segment(0, 0, 0, 0, false, 0, false, false, false, false, false, false);
  private static final Segment OTHER = Segment.code64(8);
  private static final DescriptorTable NO_TABLE = new DescriptorTable(0, 0);
  private static final SpecialRegisters ZERO =
      new SpecialRegisters(
          NONE,
          NONE,
          NONE,
          NONE,
          NONE,
          NONE,
          NONE,
          NONE,
          NO_TABLE,
          NO_TABLE,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          List.of(0L, 0L, 0L, 0L));

  @Test
  void everyGeneralRegister_isSetAlone() throws Exception {
    Registers zero = Registers.builder().rflags(0).build();
    for (RecordComponent register : Registers.class.getRecordComponents()) {
      Registers.Builder builder = zero.toBuilder();
      Registers.Builder.class.getMethod(register.getName(), long.class).invoke(builder, 7L);

      assertEquals(List.of(register.getName()), differences(zero, builder.build()));
      assertEquals(builder.build(), builder.build().toBuilder().build(), "and is copied");
    }
  }

  @Test
  void everySpecialRegister_isSetAlone() throws Exception {
    for (RecordComponent register : SpecialRegisters.class.getRecordComponents()) {
      SpecialRegisters.Builder builder = ZERO.toBuilder();
      setToAnother(builder, register);

      assertEquals(List.of(register.getName()), differences(ZERO, builder.build()));
      assertEquals(builder.build(), builder.build().toBuilder().build(), "and is copied");
    }
  }

  @Test
  void newRegisters_haveTheOneBitThatIsAlwaysSet() {
    assertEquals(2, Registers.builder().build().rflags());
  }

  @Test
  void dataSegments_areAllButCode() throws Exception {
    SpecialRegisters changed = ZERO.toBuilder().dataSegments(OTHER).build();

    assertEquals(List.of("ds", "es", "fs", "gs", "ss"), differences(ZERO, changed));
  }

  @Test
  void aRealModeSegment_beginsAtSixteenTimesItsSelector() {
    Segment segment = NONE.realMode(0xf000);

    assertEquals(0xf_0000, segment.base());
    assertEquals(0xf000, segment.selector());
    assertEquals(0xffff, segment.limit());
  }

  @Test
  void flatSegments_differInLengthAndType() {
    assertTrue(Segment.code64(8).longMode());
    assertTrue(Segment.code32(8).db());
    assertEquals(0xb, Segment.code32(8).type());
    assertEquals(0x3, Segment.data32(0x10).type());
    assertEquals(0x10, Segment.data32(0x10).selector());
  }

  @Test
  void theInterruptBitmap_isCopied() {
    List<Long> words = new ArrayList<>(List.of(1L, 2L, 3L, 4L));
    SpecialRegisters registers = ZERO.toBuilder().interruptBitmap(words).build();
    words.clear();

    assertEquals(List.of(1L, 2L, 3L, 4L), registers.interruptBitmap());
  }

  @Test
  void mpStates_areFoundByTheirNumbers() {
    for (MpState state : MpState.values()) {
      assertEquals(state, MpState.of(state.number()));
    }
    assertThrows(IllegalArgumentException.class, () -> MpState.of(10));
  }

  private static void setToAnother(SpecialRegisters.Builder builder, RecordComponent register)
      throws ReflectiveOperationException {
    Class<?> type = register.getType();
    Object value =
        type == Segment.class
            ? OTHER
            : type == DescriptorTable.class
                ? new DescriptorTable(1, 2)
                : type == List.class ? List.of(1L, 0L, 0L, 0L) : (Object) 7L;
    Method setter = SpecialRegisters.Builder.class.getMethod(register.getName(), type);
    setter.invoke(builder, value);
  }

  /** The names of the components that differ. */
  private static List<String> differences(Record one, Record other)
      throws ReflectiveOperationException {
    List<String> names = new ArrayList<>();
    for (RecordComponent component : one.getClass().getRecordComponents()) {
      Method accessor = component.getAccessor();
      if (!accessor.invoke(one).equals(accessor.invoke(other))) {
        names.add(component.getName());
      }
    }
    return names;
  }
}
