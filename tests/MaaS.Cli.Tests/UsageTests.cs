using MaaS.Tests;

namespace MaaS.Cli.Tests;

public sealed class UsageTests
{
    private static readonly string Folder = Path.GetTempPath();

    [TestCase("train --epoch 3", "unknown option '--epoch'; did you mean '--epochs'?")]
    [TestCase("trian", "unknown command 'trian'; did you mean 'train'?")]
    [TestCase("trian --help", "unknown command 'trian'; did you mean 'train'?")]
    [TestCase("train --epochs x", "'x'")]
    [TestCase("train --epochs 0", "Epochs: expected at least 1, got 0")]
    [TestCase("train --model lenet", "lenet")]
    [TestCase("train --group user", "--group: expected none for images")]
    [TestCase("train --pooling mean", "--pooling: expected none for images")]
    [TestCase("train --csv a.csv --group user", "--group: expected none for texts")]
    [TestCase("train --csv a.csv --augment", "--augment: expected none for texts")]
    [TestCase(
        "train --task tabular --csv a.csv --label y --stream --report run.html",
        "--report: expected none for a table that is read in batches")]
    [TestCase("train --task tabular --csv a.csv --label y --seed 7", "--seed: expected none for a table")]
    [TestCase(
        "train --task tabular --csv a.csv --label y -o y.safetensors", "--output: expected a file that ends in .maas")]
    [TestCase("train --output m.safetensors --report m.safetensors", "--report: expected another file than --output")]
    [TestCase("tune", "--search: expected at least one parameter")]
    [TestCase("tune --search rate=1", "expected an option of maas train without its dashes, got 'rate'")]
    [TestCase("tune --search epochs=a..b", "expected NAME=LOW..HIGH")]
    [TestCase("tune --search epochs=1..3 --epochs 2", "--epochs: expected none, because --search looks for it")]
    [TestCase("tune --search augment=1..3", "an option that takes one value")]
    [TestCase("tune --search epochs=1..3 --validation 0", "--validation: expected a share above 0")]
    [TestCase("tune --search epochs=1..3 --resume", "--resume: expected none")]
    [TestCase("tune --search epochs=1..3 --trials 0", "--trials, --patience: expected at least 1")]
    [TestCase("tune --search epochs=1..3 --budget soon", "--budget: expected a time as 90s")]
    [TestCase("tune --search epochs=1..3 --objective f1", "--objective: expected loss, accuracy, seconds or")]
    [TestCase("tune --search epochs=1..3 --group user", "--group: expected none for images")]
    [TestCase("tune --task tabular --csv a.csv --label y --search c=1..2", "--search: expected none for a table")]
    [TestCase("tune --task tabular --csv a.csv --label y --epochs 2", "--epochs: expected none for a table")]
    [TestCase("tune --search epochs=1..3 -o m.maas", "--output: expected none for images")]
    [TestCase("evaluate", "'model' missing")]
    [TestCase("train --device gpu", "Device: expected auto, cpu, cuda or cuda:N, got gpu")]
    [TestCase("train --early-stopping 2 --validation 0", "--early-stopping: expected --validation above 0")]
    [TestCase("train --output model.onnx", "--output: expected a file that ends in .safetensors")]
    [TestCase("export a.safetensors --name ../a", "--name: expected 1 to 128")]
    [TestCase("demo --epochs 0", "--epochs: expected at least 1, got 0")]
    [TestCase("prune model.safetensors --ratio 1.5", "expected ratio from 0 to below 1, got 1.5")]
    [TestCase("prune model.safetensors --criterion l7", "l7")]
    [TestCase("prune model.safetensors -o small.onnx", "--output: expected a file that ends in .safetensors")]
    [TestCase("quantize model.onnx -o ..maas", "--output: expected a name of 1 to 128")]
    [TestCase("inspect model.onnx --size batch", "--size: expected AXIS=NUMBER")]
    [TestCase("quantize model.onnx --mode int3", "int3")]
    [TestCase("quantize model.onnx --batch 0", "--batch")]
    [TestCase(
        "compress model.safetensors --ratio 1 --batch 0",
        "Ratios: expected above 0 and below 1, got 1; LatencyBatch: expected at least 1, got 0")]
    [TestCase("serve --port 70000", "--port: expected 0 to 65535, got 70000")]
    public async Task Run_WrongCommandLine_NamesItAndExitsWithTwo(string commandLine, string expected)
    {
        var (code, output, error) = await CommandProcess.RunAsync(Folder, commandLine.Split(' '));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error, Does.Contain(expected));
            Assert.That(output, Is.Empty);
        }
    }

    [TestCase("export missing.safetensors", "missing.safetensors")]
    [TestCase("inspect missing.onnx", "missing.onnx")]
    [TestCase("prune missing.safetensors", "missing.safetensors")]
    [TestCase("quantize missing.maas", "missing.maas")]
    [TestCase("serve --models missing-folder --port 0", "missing-folder")]
    [TestCase("train --data mnist --data-dir .", "train-images-idx3-ubyte")]
    [TestCase("train --data mnist -o /proc/none/model.safetensors", "expected a place that can be written")]
    [TestCase(
        "train --data mnist --checkpoint /proc/none/run.ckpt",
        "/proc/none/run.ckpt: expected a place that can be written")]
    public async Task Run_WorkThatCannotBeDone_NamesItAndExitsWithOne(string commandLine, string expected)
    {
        var (code, _, error) = await CommandProcess.RunAsync(Folder, commandLine.Split(' '));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(error, Does.Contain(expected));
            Assert.That(error, Does.Not.Contain("   at "), "no stack trace");
        }
    }

    // The page's place is known before the mails are read, and long before it is written.
    [TestCase("models/spam.html", "-o", "models/spam.safetensors")]
    [TestCase("pages/run.html", "-o", "spam.safetensors", "--report", "pages/run.html")]
    public async Task Train_PageOfTextsThatCannotBeWritten_SaysSoBeforeTraining(string page, params string[] outputs)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[page]);
        var (code, output, error) = await CommandProcess.RunAsync(
            folder.Path, ["train", "--task", "text-classification", "--data", "spam-assassin", .. outputs]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(error, Does.Contain($"{folder[page]}: expected a file or nothing, got a folder"));
            Assert.That(output, Is.Empty);
        }
    }

    [TestCase("train")]
    [TestCase("evaluate")]
    [TestCase("export")]
    [TestCase("inspect")]
    [TestCase("doctor")]
    [TestCase("prune")]
    [TestCase("quantize")]
    [TestCase("compress")]
    [TestCase("predict")]
    [TestCase("serve")]
    [TestCase("demo")]
    public async Task Help_OfAVerb_ShowsOptionsAndExamples(string verb)
    {
        var (code, output, _) = await CommandProcess.RunAsync(Folder, verb, "--help");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("Options:").And.Contain("Examples:").And.Contain($"maas {verb}"));
        }
    }
}
