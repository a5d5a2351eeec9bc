using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Importance;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Importance;

internal sealed class ParameterImportanceTests
{
    [Test]
    public async Task Of_SumOfTwo_GivesTheSharesOfTheirVariances()
    {
        // Of 2 x + y over even x and y the variances are 4/12 and 1/12: 0.8 and 0.2; z has none.
        var importance = (await StudyAsync(static t => (2 * t.Float("x")) + t.Float("y"))).ToDictionary();

        Assert.That(importance["x"], Is.EqualTo(0.8).Within(0.06));
        Assert.That(importance["y"], Is.EqualTo(0.2).Within(0.06));
        Assert.That(importance["z"], Is.LessThan(0.02));
    }

    [Test]
    public async Task Of_Product_LeavesTheInteractionOut()
    {
        // (x - 1/2) (y - 1/2) has no main effect at all.
        var importance = await StudyAsync(static t => (t.Float("x") - 0.5) * (t.Float("y") - 0.5));
        Assert.That(importance.Sum(static i => i.Share), Is.LessThan(0.2));
    }

    [Test]
    public async Task Of_EqualValues_SaysNothing()
        => Assert.That(await StudyAsync(static _ => 1), Is.Empty);

    private static async Task<IReadOnlyList<(string Parameter, double Share)>> StudyAsync(Func<Trial, double> value)
    {
        var study = await Study.OpenAsync(
            new SearchSpace().Float("x", 0, 1).Float("y", 0, 1).Float("z", 1e-3, 1, log: true),
            new StudyOptions { Sampler = new SobolSampler() });
        return ParameterImportance.Of(await study.OptimizeAsync(
            (trial, _) => Task.FromResult(value(trial)), new OptimizeOptions { Trials = 256 }));
    }
}
