// A digit classifier from data to server. Run: dotnet run -c Release --project samples/Mnist
using MaaS.Core.Packages;
using MaaS.Serving;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

// Data: what ./maas setup fetched, or a folder with the IDX files of the full MNIST.
using var digits = Mnist.Load(args.FirstOrDefault());

// Train: a small convolutional network, Adam with a one-cycle learning rate.
var options = new TrainerOptions { Epochs = 8, Schedule = ScheduleKind.OneCycle, LearningRate = 0.005, Seed = 1 };
var (model, _) = TrainedModel.Train("convnet", "mnist", digits.Train, options, new ConsoleProgress());

// Evaluate: precision, recall and F1 on digits that training never saw.
var report = Evaluator.Evaluate(model.Module, digits.Test);
Console.WriteLine(report);

// Export to ONNX, checked against torch, and package with labels and preprocessing.
await model.PackAsync("digits.maas", "digits", model.Export(), report);

// Predict in this process …
using var classifier = await ImageClassifier.OpenAsync("digits.maas");
var (label, probability) = classifier.Predict(digits.Test.Pixels(0)).MaxBy(p => p.Value);
Console.WriteLine($"the first test digit is a {label} ({probability:P1})");

// … and over HTTP: curl -d '{"images": [[[0, 0, …]]]}' http://127.0.0.1:PORT/predict
await using var server = await ServingHost.StartAsync("digits.maas");
using var http = new HttpClient { BaseAddress = server.Address };
Console.WriteLine(await http.GetStringAsync(new Uri("/v2/models/digits", UriKind.Relative)));
