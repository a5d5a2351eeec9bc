using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

public class SerializationTests
{
    private string _path = "";

    [SetUp]
    public void Choose() => _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [TearDown]
    public void Delete() => File.Delete(_path);

    [Test]
    public void Save_ThenLoad_GivesTheTensorBack([Values] bool native, [Values] bool transposed)
    {
        using var scope = NewDisposeScope();
        var saved = randn(3, 4, requires_grad: true);
        if (transposed) saved = saved.t();
        if (native) torch.save(saved, _path);
        else saved.Save(_path);
        var loaded = native ? torch.load(_path) : Tensor.Load(_path);
        Assert.That(loaded.Equals(saved));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "*"), Has.Length.EqualTo(1));
    }

    [TestCase(ScalarType.Float16), TestCase(ScalarType.BFloat16), TestCase(ScalarType.Float64)]
    [TestCase(ScalarType.Bool), TestCase(ScalarType.Byte), TestCase(ScalarType.Int64)]
    public void Save_OfType_KeepsIt(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var saved = arange(5).to_type(type);
        saved.Save(_path);
        var loaded = Tensor.Load(_path);
        Assert.That(loaded.dtype, Is.EqualTo(type));
        Assert.That(loaded.Equals(saved));
    }

    /// <summary>TorchSharp's format by hand: float32 is 6, two dimensions of 1 and 200 (LEB128: C8 01).</summary>
    [Test]
    public void Save_OfTensor_WritesTorchSharpsBytes()
    {
        using var tensor = zeros(1, 200);
        using var stream = new MemoryStream();
        tensor.Save(stream);
        Assert.That(stream.ToArray()[..5], Is.EqualTo(new byte[] { 6, 2, 1, 0xC8, 0x01 }));
        Assert.That(stream.ToArray(), Has.Length.EqualTo(5 + 800));
    }

    [Test]
    public void Load_IntoTensorOfAnotherShapeOrType_Throws()
    {
        using var scope = NewDisposeScope();
        zeros(2, 3).Save(_path);
        Assert.That(() => Read(zeros(3, 2)), Throws.ArgumentException.With.Message.Contains("(3, 2)"));
        Assert.That(() => Read(zeros(2, 3, int32)), Throws.ArgumentException.With.Message.Contains("Int32"));

        void Read(Tensor target)
        {
            using var reader = new BinaryReader(File.OpenRead(_path));
            target.Load(reader);
        }
    }

    [Test]
    public void Load_OfTruncatedFile_Throws()
    {
        using var tensor = zeros(100);
        tensor.Save(_path);
        File.WriteAllBytes(_path, File.ReadAllBytes(_path)[..50]);
        Assert.That(() => Tensor.Load(_path), Throws.InstanceOf<EndOfStreamException>());
        Assert.That(() => torch.load(_path), Throws.InstanceOf<ExternalException>());
    }

    [Test]
    public void Load_OfSomethingElse_Throws()
    {
        File.WriteAllText(_path, "zzzzzzzzzzzzzzzzzzzz");
        Assert.That(() => Tensor.Load(_path), Throws.InstanceOf<InvalidDataException>());
        Assert.That(() => torch.load(_path + ".none"), Throws.InstanceOf<FileNotFoundException>());
    }
}
