using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.LibTorch.Tests.NN;

/// <summary>Losses and functions without a layer against PyTorch: values and gradients.</summary>
public class FunctionalTests
{
    private static readonly Lazy<Dictionary<string, Case>> Fixtures = new(() => Fixture.Read<Dictionary<string, Case>>("NN/Fixtures/losses.json"));
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = Build();

    private static IEnumerable<string> Names => Functions.Keys;

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return new TestCaseData((Func<Tensor>)(() => functional.binary_cross_entropy(full([4, 3], 0.5), ones(3)))).SetArgDisplayNames("bce");
        yield return new TestCaseData((Func<Tensor>)(() => functional.binary_cross_entropy_with_logits(ones(3), ones(4, 3)))).SetArgDisplayNames("bce with logits");
        yield return new TestCaseData((Func<Tensor>)(() => functional.margin_ranking_loss(ones(4), ones(4), ones(4, 1)))).SetArgDisplayNames("margin ranking");
        yield return new TestCaseData((Func<Tensor>)(() => Ctc([1, 2, 1_000_000_000, 3], 2, 2))).SetArgDisplayNames("ctc");
        yield return new TestCaseData((Func<Tensor>)(() => Ctc([1, -1, 2, 3], 2, 2))).SetArgDisplayNames("ctc negative");
    }

    /// <summary>PyTorch refuses the first three in Python, and reads outside of memory in the last two.</summary>
    [TestCaseSource(nameof(Misfits))]
    public void Loss_TargetThatDoesNotFit_Throws(Func<Tensor> loss)
    {
        using var scope = NewDisposeScope();
        Assert.That(() => loss(), Throws.ArgumentException);
    }

    [Test]
    public void CtcLoss_PaddingOfAnyValue_IsNotRead()
    {
        using var scope = NewDisposeScope();
        Assert.That(Ctc([1, -1, 2, 3], 1, 2).item<float>(), Is.EqualTo(Ctc([1, 0, 2, 3], 1, 2).item<float>()));
    }

    private static Tensor Ctc(long[] targets, params long[] lengths)
    {
        var logProbabilities = functional.log_softmax(Fixture.Ramp([5, 2, 4]), 2);
        return functional.ctc_loss(logProbabilities, tensor(targets, [2, 2]), tensor(new long[] { 5, 5 }), tensor(lengths));
    }

    [TestCaseSource(nameof(Names))]
    public void Call_SameInputs_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Fixtures.Value[name];
        var inputs = expected.Inputs.Select(i => i.ToTensor()).ToArray();
        foreach (var input in inputs.Where(i => i.is_floating_point())) input.requires_grad = true;

        var output = Functions[name](inputs);

        expected.Output.AssertEqual(output, "result");
        if (output.requires_grad) (output.numel() > 1 ? output.mul(Fixture.Ramp(output.shape)).sum() : output.sum()).backward();
        for (var i = 0; i < inputs.Length; i++)
            if (expected.Grads[i] is { } grad) grad.AssertEqual(inputs[i].grad, $"gradient of input {i}");
            else Assert.That(inputs[i].grad, Is.Null, $"gradient of input {i}");
    }

    [Test]
    public void Cases_InBothLanguages_AreTheSame() => Assert.That(Functions.Keys, Is.EquivalentTo(Fixtures.Value.Keys));

    private static Dictionary<string, Func<Tensor[], Tensor>> Build()
    {
        var all = new Dictionary<string, Func<Tensor[], Tensor>>();
        foreach (var r in Enum.GetValues<Reduction>())
        {
            var of = "_" + r.ToString().ToLowerInvariant();
            all["cross_entropy" + of] = x => CrossEntropyLoss(reduction: r).call(x[0], x[1]);
            all["nll_loss" + of] = x => NLLLoss(reduction: r).call(functional.log_softmax(x[0], 1), x[1]);
            all["mse_loss" + of] = x => MSELoss(r).call(x[0], x[1]);
            all["l1_loss" + of] = x => L1Loss(r).call(x[0], x[1]);
            all["smooth_l1_loss" + of] = x => SmoothL1Loss(r, 0.4).call(x[0], x[1]);
            all["huber_loss" + of] = x => HuberLoss(0.4, r).call(x[0], x[1]);
            all["binary_cross_entropy" + of] = x => BCELoss(reduction: r).call(x[0], x[1]);
            all["binary_cross_entropy_with_logits" + of] = x => BCEWithLogitsLoss(reduction: r).call(x[0], x[1]);
            all["kl_div" + of] = x => KLDivLoss(reduction: r).call(x[0], x[1]);
            all["cosine_embedding_loss" + of] = x => CosineEmbeddingLoss(0.1, r).call(x[0], x[1], x[2]);
            all["hinge_embedding_loss" + of] = x => HingeEmbeddingLoss(0.6, r).call(x[0], x[1]);
            all["margin_ranking_loss" + of] = x => MarginRankingLoss(0.3, r).call(x[0], x[1], x[2]);
            all["soft_margin_loss" + of] = x => SoftMarginLoss(r).call(x[0], x[1]);
            all["multi_margin_loss" + of] = x => MultiMarginLoss(2, 0.8, reduction: r).call(x[0], x[1]);
            all["multi_label_margin_loss" + of] = x => MultiLabelMarginLoss(r).call(x[0], x[1]);
            all["multilabel_soft_margin_loss" + of] = x => MultiLabelSoftMarginLoss(reduction: r).call(x[0], x[1].to(ScalarType.Float32));
            all["poisson_nll_loss" + of] = x => PoissonNLLLoss(full: true, reduction: r).call(x[0], x[1]);
            all["triplet_margin_loss" + of] = x => TripletMarginLoss(0.5, swap: true, reduction: r).call(x[0], x[1], x[2]);
            all["triplet_margin_with_distance_loss" + of] = x => TripletMarginWithDistanceLoss(margin: 0.5, swap: true, reduction: r).call(x[0], x[1], x[2]);
            all["ctc_loss" + of] = x => CTCLoss(reduction: r).call(functional.log_softmax(x[0], 2), x[1], x[2], x[3]);
        }
        all["cross_entropy_weighted"] = x => new TorchSharp.Modules.CrossEntropyLoss(x[2].detach(), 2, label_smoothing: 0.1).call(x[0], x[1]);
        all["cross_entropy_probabilities"] = x => functional.cross_entropy(x[0], functional.softmax(x[1], 1));
        all["cross_entropy_segmentation"] = x => functional.cross_entropy(x[0], x[1]);
        all["nll_loss_weighted"] = x => NLLLoss(x[2].detach()).call(functional.log_softmax(x[0], 1), x[1]);
        all["bce_with_logits_pos_weight"] = x => BCEWithLogitsLoss(x[2].detach(), pos_weights: x[2].detach()).call(x[0], x[1]);
        all["kl_div_probabilities"] = x => KLDivLoss(log_target: false).call(x[0], x[1]);
        all["attention"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2]);
        all["attention_bool_mask"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], x[3].to(ScalarType.Bool));
        all["attention_float_mask"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], x[3]);
        all["attention_causal"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], is_casual: true);
        all["one_hot"] = x => functional.one_hot(x[0], 4);
        all["normalize"] = x => functional.normalize(x[0], 3.0, 0);
        all["pad_constant"] = x => functional.pad(x[0], (1, 2, 0, -1), value: 0.5);
        all["pad_reflect"] = x => functional.pad(x[0], (2, 1), PaddingModes.Reflect);
        all["interpolate_area"] = x => functional.interpolate(x[0], [2, 3], mode: InterpolationMode.Area);
        all["interpolate_antialias"] = x => functional.interpolate(x[0], [2, 3], mode: InterpolationMode.Bilinear, antialias: true);
        all["interpolate_recompute"] = x => functional.interpolate(x[0], scale_factor: [1.3], mode: InterpolationMode.Bilinear, recompute_scale_factor: true);
        all["interpolate_nearest_exact"] = x => functional.interpolate(x[0], [3, 7], mode: InterpolationMode.NearestExact);
        return all;
    }

    private sealed record Case(FixtureTensor[] Inputs, FixtureTensor Output, FixtureTensor?[] Grads);
}
