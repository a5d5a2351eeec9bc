using System.Buffers.Binary;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using Tensorboard;

namespace MaaS.Training.Tests.Fitting.Callbacks;

internal sealed class TensorBoardCallbackTests
{
    [Test]
    public void Fit_WithTensorBoard_WritesStepsAndEpochs()
    {
        var folder = Directory.CreateTempSubdirectory("maas-events-").FullName;
        try
        {
            using var model = FitTests.Model();
            var options = new TrainerOptions
            {
                Epochs = 2,
                BatchSize = 8,
                LearningRate = 0.05,
                Schedule = ScheduleKind.Constant,
                Device = "cpu",
                Callbacks = [new TensorBoardCallback(folder, everySteps: 5)],
            };
            var result = new Trainer(options)
                .Fit(model, new FitTests.SquaredError(), FitTests.Sums(80), FitTests.Sums(20));

            var numbers = Events(Directory.EnumerateFiles(folder).Single())
                .SelectMany(static e => e.Summary?.Value.Select(v => (v.Tag, e.Step, v.SimpleValue)) ?? []).ToArray();
            Assert.Multiple(() =>
            {
                Assert.That(
                    numbers.Where(static n => n.Tag == "step/loss").Select(static n => n.Step),
                    Is.EqualTo(new long[] { 5, 10, 15, 20 }));
                Assert.That(
                    numbers.Where(static n => n.Tag == "step/learning rate").Select(static n => n.SimpleValue),
                    Is.All.EqualTo(0.05f));
                Assert.That(
                    numbers.Where(static n => n.Tag == "validation/r2").Select(static n => n.SimpleValue),
                    Is.EqualTo(result.Epochs.Select(static e => (float)e.ValidationMetrics["r2"])));
                Assert.That(
                    numbers.Select(static n => n.Tag), Does.Contain("train/mae").And.Contain("validation/loss"));
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // TFRecord: length (8), its checksum (4), data, their checksum (4).
    private static IEnumerable<Event> Events(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var start = 0; start < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(start));
            yield return Event.Parser.ParseFrom(bytes, start + 12, length);
            start += 12 + length + 4;
        }
    }
}
