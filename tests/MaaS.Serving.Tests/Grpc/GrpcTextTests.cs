using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Tests.Protocols;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>Raw mails over gRPC, by Google's client.</summary>
public sealed class GrpcTextTests : MailServer
{
    private PythonGrpcClient _client = null!;

    [OneTimeSetUp]
    public void StartClient() => _client = new PythonGrpcClient(Server.GrpcAddress);

    [OneTimeTearDown]
    public void StopClient() => _client.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public void Infer_RawOrTyped_GivesLogits(bool isRaw)
    {
        var texts = Mails.Select(Encoding.UTF8.GetBytes).ToArray();
        var contents = isRaw ? "" : $$""", "contents": {"bytes_contents": {{JsonSerializer.Serialize(texts)}}}""";
        var raw = isRaw
            ? $""", "raw_input_contents": [{JsonSerializer.Serialize(texts.SelectMany(Element).ToArray())}]""" : "";
        var answer = _client.Ok("ModelInfer", $$"""
            {"model_name": "spam", "inputs": [{"name": "text", "datatype": "BYTES", "shape": [{{Mails.Length}}]{{contents}}}]{{raw}}}
            """);

        var logits = MemoryMarshal.Cast<byte, float>(answer.GetProperty("raw_output_contents")[0].GetBytesFromBase64())
            .ToArray();
        AreEqual(logits.Select(static l => (double)l).Chunk(2).SelectMany(Softmax), Expected.SelectMany(static p => p));
    }

    [Test]
    public void Infer_BytesThatAreNoText_IsInvalid()
        => Assert.That(
            _client.Fails(
                "ModelInfer",
                """{"model_name": "spam", "inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "contents": {"bytes_contents": ["/w=="]}}]}""", "INVALID_ARGUMENT"),
            Does.Contain("UTF-8"));

    [Test]
    public void Infer_OverlongAndRefused_NamesTheText()
    {
        var words = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Repeat("money", 200))));
        Assert.That(
            _client.Fails(
                "ModelInfer",
                $$$"""{"model_name": "strict", "inputs": [{"name": "text", "datatype": "BYTES", "shape": [2], "contents": {"bytes_contents": ["YQ==", "{{{words}}}"]}}]}""", "INVALID_ARGUMENT"),
            Does.Contain("text 1: expected a text of at most 96 tokens"));
    }

    [Test]
    public void Metadata_Model_ShowsTheTexts()
    {
        Assert.That(
            _client.Ok("ModelMetadata", """{"name": "spam"}""").GetProperty("inputs").GetRawText(),
            Is.EqualTo("""[{"name": "text", "datatype": "BYTES", "shape": ["-1"]}]"""));
        Assert.That(
            _client.Ok("ModelConfig", """{"name": "spam"}""").GetProperty("config").GetProperty("input").GetRawText(),
            Is.EqualTo("""[{"name": "text", "data_type": "TYPE_STRING", "dims": ["-1"]}]"""));
    }

    private static byte[] Element(byte[] text)
    {
        var element = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(element, text.Length);
        text.CopyTo(element, 4);
        return element;
    }
}
