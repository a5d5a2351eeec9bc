using MaaS.Serving.Faults;

namespace MaaS.Serving.Tests.Faults;

public sealed class PublicTextTests
{
    [TestCase("open file /etc/secrets/weights.bin failed", "open file weights.bin failed")]
    [TestCase("Could not find file '/etc/a folder/w.bin'.", "Could not find file 'w.bin'.")]
    [TestCase("\"/nowhere at all/w.bin\" is missing", "\"w.bin\" is missing")]
    [TestCase(
        "/onnxruntime_src/onnxruntime/core/graph.cc:123 onnxruntime::Load(const string&)",
        "graph.cc:123 onnxruntime::Load(const string&)")]
    [TestCase("Load model from /tmp/x.onnx failed:File /usr/lib", "Load model from x.onnx failed:File lib")]
    [TestCase("path:/usr/share/x", "path:x")]
    [TestCase("(/var/lib/maas/state.json)", "(state.json)")]
    [TestCase(@"cannot open C:\Users\anna\w.bin or \\server\share\w", "cannot open w.bin or w")]
    [TestCase("file:///etc/passwd", "file:///etc/passwd", Description = "an address, of which the server has none")]
    [TestCase(
        "node /layers/0/MatMul of GET /v2/models/m: 1/2 and a/b, https://example.org/x.y",
        "node /layers/0/MatMul of GET /v2/models/m: 1/2 and a/b, https://example.org/x.y")]
    public void WithoutPaths_Message_KeepsNamesOfFilesAndNoFolders(string message, string expected)
        => Assert.That(PublicText.WithoutPaths(message), Is.EqualTo(expected));

    [Test]
    public void WithoutPaths_FolderOfTheModels_NamesFilesFromThere()
        => Assert.That(
            PublicText.WithoutPaths("a /srv/my models/digits/model.onnx b", "/srv/my models"),
            Is.EqualTo("a digits/model.onnx b"));
}
