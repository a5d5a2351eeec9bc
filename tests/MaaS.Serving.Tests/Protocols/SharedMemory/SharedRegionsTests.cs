using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.SharedMemory;
using MaaS.Serving.Security;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Protocols.SharedMemory;

/// <summary>Regions over a file of a folder of the test.</summary>
[Platform("Linux")]
public sealed class SharedRegionsTests
{
    private const int Size = 1 << 20;

    private readonly Caller _caller = new("caller", ServingScope.All, null);
    private DirectoryInfo _folder = null!;
    private SharedRegions _regions = null!;

    [SetUp]
    public async Task Register()
    {
        _folder = Directory.CreateTempSubdirectory("maas-shared-");
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "maas_memory"), new byte[Size]);
        var options = new MaaSServingOptions
        {
            MaxRequestBytes = 64,
            SharedMemory = { Prefix = "/maas_", Folder = _folder.FullName },
        };
        _regions = new SharedRegions(Options.Create(options));
        _regions.Register(_caller, "r", "/maas_memory", 0, Size);
    }

    [TearDown]
    public void RemoveFolder()
    {
        _regions.Dispose();
        _folder.Delete(recursive: true);
    }

    [Test]
    public void Reader_PartsTogetherBeyondMaxRequestBytes_AreTooLarge()
    {
        var read = _regions.Reader(_caller);
        Assert.That(read(new SharedPart("r", 0, 40)), Has.Length.EqualTo(40));
        Assert.That(read(new SharedPart("r", 0, 24)), Has.Length.EqualTo(24));

        Assert.That(
            () => read(new SharedPart("r", 0, 1)),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.TooLarge)
                .And.Message.Contains("64 bytes"));
        Assert.That(
            _regions.Reader(_caller)(new SharedPart("r", 0, 64)), Has.Length.EqualTo(64),
            "each request has its own limit");
    }

    [TestCase(ElementType.Float32, 1L << 30, "expected 8 bytes")]
    [TestCase(ElementType.String, 7, "2 elements")]
    public void Read_PartWithoutTheBytesOfItsShape_IsRefusedBeforeAnythingIsCopied(
        ElementType type, long size, string expected)
        => Assert.That(
            () => new SharedPart("r", 0, size)
                .Read("x", type, [1, 2], _ => throw new AssertionException("expected no copy")),
            Throws.TypeOf<RequestException>().With.Message.Contains(expected));

    [Test]
    public void Write_LargeOutput_IsNotCopiedOnItsWay()
    {
        using var tensor = TensorValue.Of(
            Enumerable.Repeat(1.5f, Size / sizeof(float)).ToArray(), [Size / sizeof(float)]);
        var part = new SharedPart("r", 0, Size);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(_regions.Write(_caller, part, tensor, "y"), Is.EqualTo(Size));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
        var written = File.ReadAllBytes(Path.Combine(_folder.FullName, "maas_memory"));
        Assert.That(BitConverter.ToSingle(written, Size - sizeof(float)), Is.EqualTo(1.5f));
    }

    [Test]
    public void Unregister_WhileARequestUsesTheRegion_IsSaidToIt()
    {
        var region = _regions.Find(_caller, "r");
        _regions.Unregister(_caller, "r");

        Assert.That(() => region.Read(0, 8), Throws.TypeOf<RequestException>().With.Message.Contains("unregistered"));
        Assert.That(
            () => region.Write(0, new byte[8]),
            Throws.TypeOf<RequestException>().With.Message.Contains("unregistered"));
    }
}
