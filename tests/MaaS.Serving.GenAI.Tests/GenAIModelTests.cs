using System.Runtime.InteropServices;
using MaaS.Core.Generation;
using MaaS.Core.Tests.Importing;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Serving.GenAI.Tests;

public sealed partial class GenAIModelTests
{
    private TemporaryFolder _folder = null!;
    private GenAIModel _model = null!;

    [OneTimeSetUp]
    public void Load()
    {
        _folder = new TemporaryFolder();
        GenAIFolder.Make("mask-positions", _folder["m"], 263);
        _model = GenAIModel.Load("m", _folder["m"], 128, new InferenceOptions { IntraOpThreads = 1 });
    }

    [OneTimeTearDown]
    public void Free()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Append_InSeveralParts_GivesTheLogitsThatMaaSGives()
    {
        using var graph = new DecoderGraph(InferenceModel.Load(
            Path.Combine(ForeignDecoder.Folder("mask-positions"), "model.onnx")));
        using var own = graph.Start(128);
        using var genai = _model.Start();
        foreach (var part in new long[][] { [5, 6, 7], [8], [9, 10, 11, 12], [13] })
        {
            var expected = own.Append(part).ToArray();
            var largest = expected.Max(Math.Abs);

            var logits = genai.Append(part).ToArray();

            Assert.That(logits.Zip(expected, static (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-4 * largest));
        }

        Assert.That((genai.Length, genai.MaxLength), Is.EqualTo((9, 128)));
        Assert.That(() => genai.Append(new long[120]), Throws.ArgumentException);
    }

    [Test]
    public void Append_Cancelled_ThrowsAndTheModelGoesOn()
    {
        using var source = new CancellationTokenSource();
        using (var session = _model.Start())
        {
            session.Append([5], source.Token);
            source.Cancel();
            Assert.That(() => session.Append([6], source.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        using var next = _model.Start();
        Assert.That(next.Append([5]).Length, Is.EqualTo(265));
    }

    [Test]
    public void Append_TokenThatTheModelDoesNotKnow_IsAnErrorOfItsOwn()
    {
        using var session = _model.Start();

        Assert.That(() => session.Append([5000]), Throws.InstanceOf<InferenceException>());
    }

    [Test]
    [Platform("Linux")]
    public void Load_BesideOnnxRuntime_SharesItsLibraryAndReportsToNobody()
    {
        using var other = InferenceModel.Load(
            Path.Combine(ForeignDecoder.Folder("mask-positions"), "model.onnx"));

        var libraries = File.ReadLines("/proc/self/maps")
            .Where(static l => l.Contains("libonnxruntime.so", StringComparison.Ordinal))
            .Select(static l => l[l.IndexOf('/', StringComparison.Ordinal)..]).Distinct().ToArray();
        Assert.That(libraries, Has.Length.EqualTo(1));
        Assert.That(Marshal.PtrToStringUTF8(Environment("ORT_DISABLE_TELEMETRY")), Is.EqualTo("1"));
    }

    // .NET keeps a copy of the environment to itself; native code sees only this.
    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Environment(string name);
}
