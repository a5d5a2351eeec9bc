using static TorchSharp.Interop.Dispatcher;

namespace TorchSharp;

public static partial class torch
{
    // Random values in place, and samples.
    public partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => Call("bernoulli", this, generator);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) =>
            CallInPlace("bernoulli_.float", this, p, generator);

        public Tensor bernoulli_(Tensor p, Generator? generator = null) =>
            CallInPlace("bernoulli_.Tensor", this, p, generator);

        public Tensor binomial(Tensor prob, Generator? generator = null) => Call("binomial", this, prob, generator);

        public Tensor cauchy_(double median = 0, double sigma = 1, Generator? generator = null) =>
            CallInPlace("cauchy_", this, median, sigma, generator);

        public Tensor exponential_(double lambda = 1, Generator? generator = null) =>
            CallInPlace("exponential_", this, lambda, generator);

        public Tensor geometric_(double p, Generator? generator = null) =>
            CallInPlace("geometric_", this, p, generator);

        public Tensor log_normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            CallInPlace("log_normal_", this, mean, std, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Call("multinomial", this, num_samples, replacement, generator);

        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            CallInPlace("normal_", this, mean, std, generator);

        public Tensor poisson(Generator? generator = null) => Call("poisson", this, generator);

        public Tensor random_(double from, double to, Generator? generator = null) =>
            CallInPlace("random_.from", this, checked((long)from), checked((long)to), generator);

        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            CallInPlace("uniform_", this, from, to, generator);
    }
}
