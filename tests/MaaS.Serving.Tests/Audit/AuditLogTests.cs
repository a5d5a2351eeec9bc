using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Audit;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Audit;

public sealed class AuditLogTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    private string LogFile => _models["audit.jsonl"];

    private AuditLog Open()
    {
        var options = new MaaSServingOptions();
        options.Security.Audit = new AuditOptions { Path = LogFile };
        return new AuditLog(Options.Create(options), TimeProvider.System, NullLogger<AuditLog>.Instance);
    }

    private static AuditEntry Entry(int i) => new("alice \"α\"\n", "::1", $"POST /{i}", $"r{i}");

    private void Write(int count)
    {
        using var log = Open();
        for (var i = 0; i < count; i++)
        {
            log.Append(Entry(i), durable: i % 2 == 0);
        }
    }

    [Test]
    public void Append_Lines_AreChainedBySha256()
    {
        Write(3);

        var previous = new string('0', 64);
        foreach (var line in File.ReadAllLines(LogFile))
        {
            var entry = JsonDocument.Parse(line).RootElement;
            Assert.That(entry.GetProperty("previous").GetString(), Is.EqualTo(previous));
            previous = entry.GetProperty("hash").GetString()!;
            var hashed = line[..line.LastIndexOf(",\"hash\"", StringComparison.Ordinal)];
            Assert.That(
                previous, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed)))));
        }

        Assert.That(AuditVerifier.Verify(LogFile), Is.EqualTo(new AuditVerdict(3, previous, null)));
    }

    [Test]
    public void Open_ExistingLog_ContinuesIt()
    {
        Write(2);
        Write(2);

        var verdict = AuditVerifier.Verify(LogFile);
        Assert.That((verdict.Lines, verdict.Fault), Is.EqualTo((4L, (string?)null)));
    }

    [TestCase(1)]
    [TestCase(40)]
    [TestCase(5000)]
    public void Open_AfterACrashInTheMiddleOfALine_DropsTheRestAndSaysSo(int left)
    {
        Write(2);
        File.AppendAllText(LogFile, new string('x', left));
        Assert.That(AuditVerifier.Verify(LogFile).Fault, Does.Contain("line 3"));

        Write(1);

        Assert.That(AuditVerifier.Verify(LogFile), Has.Property("Lines").EqualTo(4).And.Property("Fault").Null);
        Assert.That(File.ReadAllLines(LogFile)[2], Does.Contain($"dropped {left} bytes"));
    }

    [Test]
    public void Open_FileOfAnotherKind_IsLeftAlone()
    {
        File.WriteAllText(LogFile, "hello\n");

        Assert.That(Open, Throws.InstanceOf<InvalidDataException>());
        Assert.That(File.ReadAllText(LogFile), Is.EqualTo("hello\n"));
    }

    [Test]
    public void Open_LogThatAnotherServerWrites_Fails()
    {
        using var log = Open();

        Assert.That(Open, Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Verify_AnyChange_IsFound()
    {
        Write(5);
        var lines = File.ReadAllLines(LogFile);
        var head = AuditVerifier.Verify(LogFile).Head;
        void Check(string what, IEnumerable<string> changed, string? knownHead = null)
        {
            File.WriteAllText(LogFile, string.Concat(changed.Select(l => l + "\n")));
            Assert.That(AuditVerifier.Verify(LogFile, knownHead).Fault, Is.Not.Null, what);
        }

        Check(
            "changed", lines.Select((l, i) => i == 2 ? l.Replace("POST /2", "POST /9", StringComparison.Ordinal) : l));
        Check("taken out", lines.Where((_, i) => i != 2));
        Check("put in twice", lines.Take(3).Append(lines[2]).Concat(lines.Skip(3)));
        Check("swapped", [lines[0], lines[2], lines[1], lines[3], lines[4]]);
        Check("first gone", lines.Skip(1));
        Check("last gone", lines.SkipLast(1), head);
        for (var position = 0; position < lines[1].Length; position += 7)
        {
            var bytes = lines[1].ToCharArray();
            bytes[position] = bytes[position] == '0' ? '1' : '0';
            Check($"byte {position}", [lines[0], new string(bytes), .. lines.Skip(2)]);
        }
    }

    [Test]
    public async Task Server_AdminAction_IsRecordedBeforeAndAfter_PredictionsOnlyWhenAsked([Values] bool predictions)
    {
        var (key, stored) = ApiKey.Create("operator", ["admin", "predict"]);
        await using (var server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models["same.onnx"];
                o.Security.ApiKeys.Add(stored);
                o.Security.Audit = new AuditOptions { Path = LogFile, Predictions = predictions };
            },
            isOpen: false))
        {
            Assert.That((await server.PredictAsync(apiKey: key)).Status, Is.EqualTo(System.Net.HttpStatusCode.OK));
            await server.StatusAsync(HttpMethod.Post, "/v2/repository/models/same/load", key);
            await server.StatusAsync(HttpMethod.Post, "/v2/repository/models/none/unload", key);
        }

        var lines = (await File.ReadAllLinesAsync(LogFile)).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.That(
            lines.Select(
                l => $"{l.GetProperty("phase")} {l.GetProperty("action").GetString()!.Split('/')[^1]} "
                    + $"{(l.TryGetProperty("status", out var s) ? s.GetInt32() : 0)}"),
            Is.EqualTo(
                (predictions ? new[] { "end same:predict 200" } : []).Concat(
                    ["begin load 0", "end load 200", "begin unload 0", "end unload 404"])));
        Assert.That(lines.Select(l => l.GetProperty("actor").GetString()), Is.All.EqualTo("operator"));
        Assert.That(AuditVerifier.Verify(LogFile).Fault, Is.Null);
    }
}
