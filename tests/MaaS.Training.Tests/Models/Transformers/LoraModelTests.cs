using MaaS.Training.Models.Transformers.Llama;
using MaaS.Training.Models.Transformers.Lora;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

internal sealed class LoraModelTests
{
    private static readonly LoraOptions Some = new() { Rank = 3, Alpha = 6, Targets = ["query", "value", "down"] };

    [Test]
    public void Forward_Fresh_IsTheModelBelow()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        var ids = Ids();
        var before = model.call(ids);

        using var adapted = new LoraModel(model, Some);

        Assert.That((adapted.call(ids) - before).abs().max().item<float>(), Is.Zero);
        // Two layers: query and value (3, 16) and (16, 3) each, down (3, 48) and (16, 3).
        Assert.That(adapted.AdapterParameters, Is.EqualTo(2 * (2 * 6 * 16 + (3 * 48) + (3 * 16))));
        Assert.That(adapted.parameters().Count(static p => p.requires_grad), Is.EqualTo(12));
    }

    [Test]
    public void Forward_Adapted_IsTheModelWithTheProductsAddedToItsWeights()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        using var expected = Model();
        using var adapted = new LoraModel(model, Some);
        Disturb(adapted);
        var weights = expected.named_parameters().ToDictionary(static p => p.name, static p => p.parameter);
        using (no_grad())
        {
            foreach (var (path, down, up) in adapted.Matrices)
            {
                weights[path + ".weight"].add_(up.mm(down) * 2);   // Alpha / Rank
            }
        }

        var difference = (adapted.call(Ids()) - expected.call(Ids())).abs().max().item<float>();

        Assert.That(difference, Is.LessThan(1e-5));
    }

    [Test]
    public void Merge_Model_AnswersByItselfWhatItAnsweredAdapted()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        var before = model.call(Ids());
        using var adapted = new LoraModel(model, Some);
        Disturb(adapted);
        var with = adapted.call(Ids());
        Assume.That((with - before).abs().max().item<float>(), Is.GreaterThan(0.01));

        adapted.Merge();

        Assert.That((model.call(Ids()) - with).abs().max().item<float>(), Is.LessThan(1e-5));
        Assert.That(model.parameters().All(static p => p.requires_grad));
        Assert.That(adapted.Merge, Throws.InvalidOperationException.With.Message.Contains("merged or detached"));
    }

    [Test]
    public void Detach_Model_IsWhatItWas()
    {
        using var scope = NewDisposeScope();
        using var model = Model();
        var before = model.call(Ids());
        using (var adapted = new LoraModel(model, Some))
        {
            Disturb(adapted);
        }

        Assert.That((model.call(Ids()) - before).abs().max().item<float>(), Is.Zero);
        Assert.That(model.parameters().All(static p => p.requires_grad));
    }

    [Test]
    public void Create_UnknownTargetOrRank_NamesWhatThereIs()
    {
        using var model = Model();

        Assert.That(
            () => new LoraModel(model, new() { Targets = ["query", "q_proj"] }),
            Throws.ArgumentException.With.Message.Contains("query, key, value, output, gate, up, down")
                .And.Message.Contains("got q_proj"));
        Assert.That(
            () => new LoraModel(model, new() { Rank = 0 }), Throws.ArgumentException.With.Message.Contains("Rank"));
    }

    [Test]
    public void Dispose_Adapters_FreesThemAndNotTheModel()
    {
        using var model = Model();
        var adapted = new LoraModel(model, Some);
        var matrices = adapted.Matrices.ToList();

        adapted.Dispose();

        Assert.That(matrices.All(static m => m.Down.IsInvalid && m.Up.IsInvalid));
        Assert.That(model.parameters().All(static p => !p.IsInvalid));
    }

    private static Tensor Ids() => tensor(new long[] { 3, 1, 4, 1, 5, 9, 2, 6 }, [2, 4]);

    private static void Disturb(LoraModel adapted)
    {
        using var noGrad = no_grad();
        foreach (var (_, _, up) in adapted.Matrices)
        {
            up.copy_(randn_like(up) * 0.3);
        }
    }

    private static LlamaModel Model()
    {
        random.manual_seed(3);
        var model = new LlamaModel(new() { Vocabulary = 11, Width = 16, Layers = 2, KeyValueHeads = 4 });
        model.eval();
        return model;
    }
}
