using MaaS.Text.Reading;

namespace MaaS.Text.Tests.Reading;

public sealed class BoundedLinesTests
{
    [Test]
    public void Read_LinesOfAnyLength_KeepsThoseWithinTheLimit()
    {
        var across = new string('x', 40_000);   // Several buffers.
        var text = $"one\n\n{across}\n{across}y\r\nlast";
        Assert.That(
            BoundedLines.Read(new StringReader(text), across.Length),
            Is.EqualTo(
                new (string?, long)[]
                {
                    ("one", 3), ("", 0), (across, across.Length), (null, across.Length + 2), ("last", 4),
                }));
    }

    [Test]
    public void Read_LineFeedAtTheEnd_GivesNoFurtherLine()
        => Assert.That(BoundedLines.Read(new StringReader("a\n"), 1), Is.EqualTo(new (string?, long)[] { ("a", 1) }));
}
