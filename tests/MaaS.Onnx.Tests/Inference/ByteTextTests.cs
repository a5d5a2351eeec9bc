using System.Text;
using MaaS.Onnx.Inference;

namespace MaaS.Onnx.Tests.Inference;

public sealed class ByteTextTests
{
    [Test]
    public void Decode_AnyBytes_ComeBackAsTheyWere()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            // Text, bytes and halves of characters side by side.
            var bytes = new byte[random.Next(24)];
            random.NextBytes(bytes);
            byte[] mixed = [.. bytes, .. Encoding.UTF8.GetBytes("\U0001F480ä€")[..random.Next(9)], .. bytes];
            var text = ByteText.Decode(mixed);
            Assert.That(ByteText.Encode(text), Is.EqualTo(mixed));
            Assert.That(ByteText.GetByteCount(text), Is.EqualTo(mixed.Length));
        }
    }

    // Python: bytes.decode('utf-8', 'surrogateescape'). The compiler would replace halves of characters in an
    // attribute.
    private static IEnumerable<TestCaseData> Escaped()
    {
        yield return new TestCaseData(new byte[] { 0xFF }, "\uDCFF");
        yield return new TestCaseData(new byte[] { 0x61, 0xC3 }, "a\uDCC3");
        yield return new TestCaseData(new byte[] { 0xED, 0xB2, 0x80 }, "\uDCED\uDCB2\uDC80");
        yield return new TestCaseData(new byte[] { 0xF0, 0x9F, 0x92, 0x80 }, "\uD83D\uDC80");
    }

    [TestCaseSource(nameof(Escaped))]
    public void Decode_Bytes_IsPythonsSurrogateEscape(byte[] bytes, string expected)
    {
        Assert.That(ByteText.Decode(bytes), Is.EqualTo(expected));
        Assert.That(ByteText.IsText(expected), Is.EqualTo(bytes.Length == 4));
    }

    [Test]
    public void Encode_HalfOfACharacter_IsRefused()
        => Assert.That(
            () => ByteText.Encode("\uD83D\uDCFF\uD83D"), Throws.ArgumentException.With.Message.Contains("U+D83D"));
}
