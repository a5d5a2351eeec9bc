using MaaS.Serving.Models.Triton;

namespace MaaS.Serving.Tests.Models.Triton;

/// <summary>config.pbtxt as published examples write it.</summary>
public sealed class TritonConfigReaderTests
{
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-triton-");

    [TearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public void Read_EveryFieldThatCounts_BecomesOptions()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "labels.txt"), "cat\ndog\n\n");
        var config = Read("""
            # A comment.
            platform: "onnxruntime_onnx"
            max_batch_size: 8
            input [
              { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] },
              { name: 'mask', data_type: TYPE_BOOL; dims: 1 dims: 2 }
            ]
            output < name: "y" data_type: TYPE_FP32 dims: [ 2 ] label_filename: "labels.txt" >
            dynamic_batching {
              preferred_batch_size: [ 4, 8 ]
              max_queue_delay_microseconds: 100
              default_queue_policy { max_queue_size: 7 timeout_action: REJECT }
            }
            instance_group [ { count: 2 kind: KIND_CPU }, { count: 1 kind: KIND_GPU gpus: [ 0 ] } ]
            version_policy: { specific: { versions: [ 1, 3 ] } }
            parameters { key: "intra_op_thread_count" value: { string_value: "3" } }
            parameters { key: "memory.enable" value: { string_value: "1" } }
            optimization { graph: { level: 1 } }
            response_cache { enable: true }
            """);

        Assert.That(
            (config.MaxBatchSize, config.Options.MaxBatchSize, config.Options.QueueLimit, config.Options.Concurrency),
            Is.EqualTo((8, 8, 7, 3)));
        Assert.That(config.Options.PreferredBatchSizes, Is.EqualTo(new[] { 4, 8 }));
        Assert.That(config.Options.MaxBatchDelay, Is.EqualTo(TimeSpan.FromMicroseconds(100)));
        Assert.That((config.Options.Versions, config.Options.IntraOpThreads), Is.EqualTo(("1,3", 3)));
        Assert.That(config.Labels, Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(
            config.Tensors.Select(t => $"{t.Name} {t.Type} {string.Join(',', t.Dims)}"),
            Is.EqualTo(new[] { "x TYPE_FP32 3,-1", "mask TYPE_BOOL 1,2", "y TYPE_FP32 2" }));
        Assert.That(config.Ignored, Is.EqualTo(new[]
        {
            "default_queue_policy.timeout_action", "instance_group.KIND_GPU", "instance_group.gpus", "optimization",
            "parameters.memory.enable", "response_cache",
        }));
    }

    [TestCase("max_batch_size: 8", 1)]
    [TestCase("max_batch_size: 8 dynamic_batching { }", 8)]
    [TestCase("max_batch_size: 0", 1)]
    [TestCase("name: \"\"", null)]
    public void Read_Batching_SharesRunsOnlyWhereTheFileSaysSo(string text, int? expected)
        => Assert.That(Read(text).Options.MaxBatchSize, Is.EqualTo(expected));

    [TestCase("max_batch_size: many", "max_batch_size")]
    [TestCase("max_batch_size: -1", "max_batch_size")]
    [TestCase("input { name: \"x\"", "line 1")]
    [TestCase("input: [", "a value")]
    [TestCase("name: \"x", "end of a text")]
    [TestCase("name: \"other\"", "its folder")]
    [TestCase("backend: \"python\"", "onnxruntime")]
    [TestCase("default_model_filename: \"../x.onnx\"", "default_model_filename")]
    [TestCase("output { name: \"y\" label_filename: \"../../etc/passwd\" }", "label_filename")]
    [TestCase("output { name: \"y\" label_filename: \"none.txt\" }", "missing")]
    [TestCase("version_policy { }", "version_policy")]
    [TestCase("max_batch_size: 2 model_warmup { batch_size: 3 }", "batch_size")]
    public void Read_Broken_NamesWhatWasExpected(string text, string expected)
        => Assert.That(() => Read(text), Throws.TypeOf<InvalidDataException>().With.Message.Contains(expected));

    [Test]
    public void Read_DeepNesting_IsRefused()
        => Assert.That(
            () => Read(string.Concat(Enumerable.Repeat("a {", 100_000))),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("32"));

    private TritonConfig Read(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "config.pbtxt"), text);
        return TritonConfigReader.Read(_folder.FullName);
    }
}
