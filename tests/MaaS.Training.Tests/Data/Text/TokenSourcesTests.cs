using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data.Text;

/// <summary>Windows over a row of tokens, and examples of unequal length.</summary>
internal sealed class TokenSourcesTests
{
    [Test]
    public void Read_WindowsInOrder_CoverTheTokensOnce()
    {
        using var scope = NewDisposeScope();
        var windows = new TokenWindows([.. Enumerable.Range(0, 25)], context: 4);

        var rows = Rows(windows, shuffle: false, epoch: 1);

        Assert.That(windows.Count, Is.EqualTo(5));
        Assert.That(rows, Has.Count.EqualTo(5));
        Assert.That(rows[0], Is.EqualTo(new long[] { 0, 1, 2, 3, 4 }));
        Assert.That(rows[4], Is.EqualTo(new long[] { 16, 17, 18, 19, 20 }));
    }

    [Test]
    public void Read_Shuffled_CutsElsewhereInEachEpochAndTheSameAgain()
    {
        using var scope = NewDisposeScope();
        var windows = new TokenWindows([.. Enumerable.Range(0, 400)], context: 16);

        var (first, again, second) = (
            Rows(windows, shuffle: true, 1), Rows(windows, shuffle: true, 1), Rows(windows, shuffle: true, 2));

        Assert.That(first, Is.EqualTo(again));
        Assert.That(first.Min(static r => r[0]) % 16, Is.Not.EqualTo(second.Min(static r => r[0]) % 16));
        Assert.That(first.Concat(second).All(static r => r[^1] == r[0] + 16 && r[^1] < 400));
    }

    [Test]
    public void Windows_TooFewTokens_ThrowsAndNamesBoth()
        => Assert.That(
            () => new TokenWindows([1, 2, 3], 3),
            Throws.ArgumentException.With.Message.Contains("at least 4 tokens").And.Message.Contains("got 3"));

    [Test]
    public void Read_Examples_PadsAndIgnoresWhatDoesNotCount()
    {
        using var scope = NewDisposeScope();
        var examples = new TokenExamples(
        [
            new([5, 6, 7, 8], [false, false, true, true]), new([1, 2], [false, true]),
        ]);

        var (inputs, targets) = examples.Read(new EpochPlan(0, 1, 2, CPU, Shuffle: false), default).Single().Value;

        Assert.That(inputs.data<long>().ToArray(), Is.EqualTo(new long[] { 5, 6, 7, 1, 0, 0 }));
        Assert.That(targets.data<long>().ToArray(), Is.EqualTo(new long[] { -100, 7, 8, 2, -100, -100 }));
        Assert.That(examples.Counting, Is.EqualTo(3));
    }

    [Test]
    public void OfTokens_EveryTokenButTheFirst_CountsOnce()
    {
        Assert.That(TokenExamples.OfTokens([.. Enumerable.Range(0, 11)], 4).Counting, Is.EqualTo(10));
        Assert.That(() => TokenExamples.OfTokens([1], 4), Throws.ArgumentException);
        Assert.That(
            () => new TokenExamples([new([1, 2], [true, false])]),
            Throws.ArgumentException.With.Message.Contains("one without"));
    }

    private static List<long[]> Rows(TokenWindows windows, bool shuffle, int epoch)
        => [.. windows.Read(new EpochPlan(7, epoch, 2, CPU, shuffle), default)
            .SelectMany(static b => b.Value.unbind().Select(static r => r.data<long>().ToArray()))];
}
