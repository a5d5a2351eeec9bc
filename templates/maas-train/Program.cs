// From data to a package that a server reads. Run: dotnet run -c Release
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Evaluation;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Reports;
using MaasTrain;
using static TorchSharp.torch;

// Data: replace Spirals by samples of your own.
var train = new Spirals(samples: 2000, seed: 1);
var validation = new Spirals(samples: 500, seed: 2);   // Chooses the epoch.
var test = new Spirals(samples: 500, seed: 3);         // Measures, once.

// Train: the best epoch's weights are kept.
manual_seed(1);
using var network = new Network(inputs: 2, hidden: 32, classes: train.Classes.Count);
var options = new TrainerOptions { Epochs = 20, BatchSize = 64, LearningRate = 0.01, EarlyStoppingPatience = 5 };
new Trainer(options).Fit(network, train, validation, new ConsoleProgress());

// Evaluate: precision, recall and F1 on samples that training never saw.
var report = Evaluator.Evaluate(network, test);
Console.WriteLine(report);

// Export: checked against torch, packaged with the names of the classes.
using var example = zeros(4, 2);
var onnx = OnnxExporter.Export(network, example, new OnnxExportOptions { InputNames = ["point"] }).Model.ToByteArray();
using var inference = InferenceModel.Load(onnx, "spirals");
Directory.CreateDirectory("models");
await ModelPackage.CreateAsync(
    "models/spirals.maas",
    new ModelManifest
    {
        Name = "spirals",
        Task = ModelManifest.Classification,
        Created = DateTimeOffset.UtcNow,
        Inputs = inference.Inputs,
        Outputs = inference.Outputs,
        Labels = train.Classes,
        Metrics = new Dictionary<string, double> { ["accuracy"] = report.Accuracy },
    },
    new Dictionary<string, PackageContent> { [ModelPackage.ModelFile] = PackageContent.FromBytes(onnx) },
    new PackageWriteOptions { Overwrite = true });
Console.WriteLine("models/spirals.maas is ready; serve it: maas serve --models models, or dotnet new maas-server");
