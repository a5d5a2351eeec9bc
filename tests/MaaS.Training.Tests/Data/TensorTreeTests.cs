using MaaS.Core.Packages;
using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data;

internal sealed class TensorTreeTests
{
    private sealed record Picture(Tensor Pixels, string Name);

    private sealed record Nested(
        (Tensor Left, Tensor Right) Pair, IReadOnlyList<Picture> Pictures, Dictionary<string, Tensor> More)
    {
        public int Rows { get; init; }

        // Computed at each call: not the batch's own.
        public Tensor Both => Pair.Left + Pair.Right;
    }

    private readonly record struct Small(Tensor Only);

    private sealed class Plain(Tensor hidden)
    {
        public Tensor Shown { get; } = hidden;
    }

    private static Nested Make() => new(
        (ones(2), zeros(3)), [new Picture(ones(4), "cat"), new Picture(ones(5), "dog")],
        new Dictionary<string, Tensor> { ["mask"] = ones(6) })
    { Rows = 7 };

    [Test]
    public void Named_NestedRecord_GivesEveryTensorWithItsPlace()
        => Assert.That(
            TensorTree.Named(Make()).Select(static t => (t.Key, t.Value.shape[0])),
            Is.EquivalentTo(new[]
            {
                ("Pair.Item1", 2L), ("Pair.Item2", 3L), ("Pictures[0].Pixels", 4L), ("Pictures[1].Pixels", 5L),
                ("More[mask]", 6L),
            }));

    [Test]
    public void Map_NestedRecord_ChangesTensorsAndKeepsTheRest()
    {
        var tree = Make();
        var doubled = TensorTree.Map(tree, static t => t.repeat(2));
        Assert.Multiple(() =>
        {
            Assert.That(
                TensorTree.Named(doubled).Select(static t => t.Value.shape[0]),
                Is.EquivalentTo(new[] { 4L, 6, 8, 10, 12 }));
            Assert.That(
                TensorTree.Named(tree).Select(static t => t.Value.shape[0]), Is.EquivalentTo(new[] { 2L, 3, 4, 5, 6 }));
            Assert.That(doubled.Rows, Is.EqualTo(7));
            Assert.That(doubled.Pictures[1].Name, Is.EqualTo("dog"));
        });
    }

    [Test]
    public void Map_OtherKinds_BuildsEachAnew()
    {
        static Tensor More(Tensor t) => t + 1;
        Assert.Multiple(() =>
        {
            Assert.That(TensorTree.Map(new Small(ones(1)), More).Only.item<float>(), Is.EqualTo(2));
            Assert.That(TensorTree.Map(new Plain(ones(1)), More).Shown.item<float>(), Is.EqualTo(2));
            Assert.That(TensorTree.Map(Tuple.Create(ones(1), 5), More).Item1.item<float>(), Is.EqualTo(2));
            Assert.That(TensorTree.Map<Tensor[]>([ones(1), ones(1)], More)[1].item<float>(), Is.EqualTo(2));
            Assert.That(TensorTree.Map(new List<Tensor> { ones(1) }, More)[0].item<float>(), Is.EqualTo(2));
            Assert.That(TensorTree.Map(ones(1), More).item<float>(), Is.EqualTo(2));
        });
    }

    [Test]
    public void Dispose_Tree_FreesEveryTensor()
    {
        var tree = Make();
        TensorTree.Dispose(tree);
        Assert.That(TensorTree.Named(tree).Select(static t => t.Value.IsInvalid), Is.All.True);
    }

    [Test]
    public void Bytes_Tree_AddsUpElements()
        => Assert.That(TensorTree.Bytes(Make()), Is.EqualTo(4 * (2 + 3 + 4 + 5 + 6)));

    [Test]
    public void Save_Tree_WritesTensorsUnderTheirPlaces()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.safetensors");
        try
        {
            TensorTreeFile.Save(path, Make());
            using var file = SafeTensorsFile.Open(path);
            Assert.That(file.Entry("Pictures[1].Pixels").Shape, Is.EqualTo(new[] { 5L }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase(typeof(Tensor), true)]
    [TestCase(typeof((Tensor, int)), true)]
    [TestCase(typeof(Nested), true)]
    [TestCase(typeof(Small), true)]
    [TestCase(typeof(IReadOnlyDictionary<string, Tensor>), true)]
    [TestCase(typeof(List<(string, Tensor[])>), true)]
    [TestCase(typeof(object), true)]
    [TestCase(typeof(string), false)]
    [TestCase(typeof((int, string)), false)]
    [TestCase(typeof(List<float[]>), false)]
    [TestCase(typeof(Uri), false)]
    public void Require_Type_RefusesWhatHoldsNoTensors(Type type, bool holds)
        => Assert.That(
            () => TensorTree.Require(type),
            holds ? Throws.Nothing : Throws.ArgumentException.With.Message.Contains("holds none"));
}
