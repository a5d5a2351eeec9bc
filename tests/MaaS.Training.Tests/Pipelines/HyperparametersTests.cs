using MaaS.Core.Packages;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;

namespace MaaS.Training.Tests.Pipelines;

public class HyperparametersTests
{
    [TestCase(null)]
    [TestCase(0.7321, 1.5766)]
    public void ClassWeights_OfWhatWasWritten_AreTheOptions(params double[]? weights)
    {
        var lineage = new ModelLineage
        {
            Hyperparameters = Hyperparameters.From(new TrainerOptions { ClassWeights = weights }),
        };

        Assert.That(Hyperparameters.ClassWeights(lineage, 2), Is.EqualTo(weights));
    }

    [Test]
    public void ClassWeights_NoLineage_AreNull() => Assert.That(Hyperparameters.ClassWeights(null, 2), Is.Null);

    [TestCase("0.5")]
    [TestCase("0.5 0.5 2")]
    [TestCase("0.5 x")]
    [TestCase("0.5 -1")]
    [TestCase("0.5 NaN")]
    [TestCase("")]
    public void ClassWeights_NotTwoNumbersAboveZero_AreNamedInTheError(string text)
    {
        var lineage = new ModelLineage
        {
            Hyperparameters = new Dictionary<string, string> { ["class_weights"] = text },
        };

        Assert.That(
            () => Hyperparameters.ClassWeights(lineage, 2),
            Throws.TypeOf<InvalidDataException>()
                .With.Message.EqualTo(
                    $"class_weights: expected 2 numbers above 0 in the package's lineage, got '{text}'."));
    }
}
