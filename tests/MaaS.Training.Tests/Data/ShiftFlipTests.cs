using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data;

internal sealed class ShiftFlipTests
{
    [Test]
    public void Apply_NoShiftNoFlip_IsTheIdentity()
    {
        using var scope = NewDisposeScope();
        var images = rand([4, 2, 5, 6]);
        var random = new SeededRandom(1, 1);
        Assert.That(new ShiftFlip(0).Apply(images, ref random).allclose(images, 0, 0), Is.True);
    }

    [Test]
    public void Apply_ShiftAndFlip_EachImageIsAWholeShiftOrItsMirrorImage()
    {
        using var scope = NewDisposeScope();
        // Each pixel holds its own position, so that the source of every output pixel can be read off.
        var images = arange(36, ScalarType.Float32).reshape(1, 1, 6, 6).expand(64, 1, 6, 6);
        var random = new SeededRandom(1, 2);
        var moved = new ShiftFlip(2, FlipHorizontally: true).Apply(images, ref random).data<float>().ToArray();
        var seen = new HashSet<(int, int, bool)>();
        for (var i = 0; i < 64; i++)
        {
            var image = moved.AsSpan(i * 36, 36).ToArray();
            var match = Candidates().Where(c => Expected(c).SequenceEqual(image)).ToArray();
            Assert.That(match, Has.Length.GreaterThanOrEqualTo(1));
            seen.Add(match[0]);
        }

        Assert.That(seen, Has.Count.GreaterThan(20));

        static IEnumerable<(int Down, int Right, bool Flip)> Candidates()
            => from down in Enumerable.Range(-2, 5)
               from right in Enumerable.Range(-2, 5)
               from flip in new[]
            {
                false, true,
            }
               select (down, right, flip);

        static float[] Expected((int Down, int Right, bool Flip) c)
            => [.. from y in Enumerable.Range(0, 6) from x in Enumerable.Range(0, 6)
                   let column = Math.Clamp(x + c.Right, 0, 5)
                   select (float)((Math.Clamp(y + c.Down, 0, 5) * 6) + (c.Flip ? 5 - column : column))];
    }
}
