using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Evaluation;

internal sealed class EvaluatorTests
{
    // Logits that are a fixed function of the first pixel: class 0 for dark, class 1 for bright.
    private sealed class FirstPixel(int classes = 2) : nn.Module<Tensor, Tensor>(nameof(FirstPixel))
    {
        public bool SawTraining { get; private set; }

        public override Tensor forward(Tensor input)
        {
            SawTraining |= training;
            var value = input.flatten(1)[TensorIndex.Colon, TensorIndex.Slice(0, 1)];
            return cat([-value, .. Enumerable.Repeat(value, classes - 1)], 1);
        }
    }

    private static ImageDataset Data() => ImageDataset.From(
        new IdxArray([5, 1, 1], [0, 0, 255, 255, 255]), new IdxArray([5], [0, 1, 1, 1, 0]), ["dark", "bright"], 0.5,
        0.5);

    [Test]
    public void Evaluate_KnownLogits_GivesTheHandComputedReport()
    {
        using var data = Data();
        using var model = new FirstPixel();
        model.train();
        var report = Evaluator.Evaluate(model, data, new EvaluatorOptions { BatchSize = 2 });
        // Logits (1,−1) or (−1,1): the loss is ln(1+e⁻²) where right, ln(1+e²) where wrong; 3 right, 2 wrong.
        var loss = ((3 * Math.Log(1 + Math.Exp(-2))) + (2 * Math.Log(1 + Math.Exp(2)))) / 5;
        Assert.Multiple(() =>
        {
            Assert.That(report.Accuracy, Is.EqualTo(0.6).Within(1e-12));
            Assert.That(report.Loss, Is.EqualTo(loss).Within(1e-6));
            Assert.That(report.ConfusionMatrix[1, 0], Is.EqualTo(1));
            Assert.That(report.ConfusionMatrix[1, 1], Is.EqualTo(2));
            Assert.That(model.SawTraining, Is.False);
            Assert.That(model.training, Is.True);
        });
    }

    [Test]
    public void Evaluate_FrozenSubmodule_StaysFrozen()
    {
        using var data = Data();
        using var frozen = new FirstPixel();
        using var model = nn.Sequential(("frozen", frozen));
        model.train();
        frozen.eval();

        Evaluator.Evaluate(model, data);

        Assert.That((model.training, frozen.training), Is.EqualTo((true, false)));
    }

    [Test]
    public void Evaluate_OtherNumberOfLogits_Throws()
    {
        using var data = Data();
        using var model = new FirstPixel(3);
        Assert.That(() => Evaluator.Evaluate(model, data), Throws.ArgumentException.With.Message.Contains("(5,3)"));
    }
}
