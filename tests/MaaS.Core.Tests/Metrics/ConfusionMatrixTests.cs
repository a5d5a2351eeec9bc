using System.Text.Json;
using MaaS.Core.Metrics;

namespace MaaS.Core.Tests.Metrics;

public sealed class ConfusionMatrixTests
{
    [TestCaseSource(typeof(MetricsFixture), nameof(MetricsFixture.Reports))]
    public void Add_Batch_EqualsScikitLearn(JsonElement expected)
    {
        var matrix = new ConfusionMatrix(expected.GetProperty("classes").GetInt32());

        matrix.Add(expected.Ints("predicted"), expected.Ints("actual"));

        Assert.That(
            JsonSerializer.Serialize(matrix.Counts), Is.EqualTo(expected.GetProperty("confusion").GetRawText()));
        Assert.That(matrix.Accuracy, Is.EqualTo(expected.Double("accuracy")).Within(1e-12));
    }

    [Test]
    public void Add_IndexOutOfRange_ThrowsAndCountsNothing()
    {
        var matrix = new ConfusionMatrix(["cat", "dog"]);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add([0, 2], [0, 1]));

        Assert.That(error!.Message, Does.Contain("from 0 to 1, got 2"));
        Assert.That(matrix.Total, Is.Zero);
    }

    [Test]
    public void Add_DifferentLengths_Throws()
        => Assert.That(
            () => new ConfusionMatrix(2).Add([0], [0, 1]), Throws.ArgumentException.With.Message.Contains("1 and 2"));

    [Test]
    public void Add_OtherMatrix_SumsCounts()
    {
        var (a, b) = (new ConfusionMatrix(2), new ConfusionMatrix(2));
        a.Add(predicted: 1, actual: 0);
        b.Add(predicted: 1, actual: 0);

        a.Add(b);

        Assert.That(a[actual: 0, predicted: 1], Is.EqualTo(2));
        Assert.That(() => a.Add(new ConfusionMatrix(3)), Throws.ArgumentException);
    }

    [Test]
    public void Constructor_ClassTwice_Throws()
        => Assert.That(() => new ConfusionMatrix(["a", "a"]), Throws.ArgumentException.With.Message.Contains("'a'"));

    [Test]
    public void ToString_SmallMatrix_ShowsActualInRows()
    {
        var matrix = new ConfusionMatrix(["cat", "dog"], [[5, 1], [0, 12]]);

        Assert.That(matrix.ToString(), Is.EqualTo(
            "actual \\ predicted  cat  dog\n" +
            "────────────────────────────\n" +
            "cat                   5    1\n" +
            "dog                   ·   12\n"));
    }
}
