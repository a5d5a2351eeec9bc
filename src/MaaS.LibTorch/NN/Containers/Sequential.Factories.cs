using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Sequential Sequential() => new();

        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => Sequential(modules.AsEnumerable());

        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Sequential(modules.AsEnumerable());

        public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules) => Sequential(modules.AsEnumerable());

        public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules) =>
            Sequential(modules.Select(m => (m.Item1, m.Item2)));

        public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
        {
            var result = new Sequential();
            foreach (var (name, module) in modules) result.append(name, module);
            return result;
        }

        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules)
        {
            var result = new Sequential();
            foreach (var module in modules) result.append(module);
            return result;
        }
    }
}
