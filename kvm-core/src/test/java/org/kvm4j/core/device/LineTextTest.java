package org.kvm4j.core.device;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineTextTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 7, 10, 1_234_567_890_123L, -1, -90, Long.MAX_VALUE, Long.MIN_VALUE})
  void numbers_areWrittenAsTheJdkWritesThem(long number) throws IOException {
    LineText text = new LineText(100);
    text.putDecimal(number);
    text.put(' ');
    text.putHex(number);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text.writeTo(out);
    assertEquals(number + " 0x" + Long.toHexString(number), out.toString(US_ASCII));
    text.clear();
    assertEquals(0, text.length());
  }
}
